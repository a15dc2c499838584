/** What a request says where the caller does not. */
export interface RequestDefaults {
  readonly temperature?: number;
  readonly tool_choice?: "auto";
}

/** True for a model that the gateway runs on a server of your own: its name ends in `-local`. */
export function isLocalModel(model: string): boolean {
  return model.endsWith("-local");
}

/** What vLLM needs to be told: it samples at 1.0 and picks no tools by itself; tool_choice without tools is refused everywhere. */
export function requestDefaults(model: string, hasTools: boolean): RequestDefaults {
  if (!isLocalModel(model)) return {};
  return hasTools ? { temperature: 0.3, tool_choice: "auto" } : { temperature: 0.3 };
}
