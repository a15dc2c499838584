/** True for a model that the gateway runs on a server of your own: its name ends in `-local`. */
export const isLocalModel = (model: string): boolean => model.endsWith("-local");

/** What a request says where the caller does not. */
export interface RequestDefaults {
  readonly temperature?: number;
  readonly tool_choice?: "auto";
}

/** What vLLM needs to be told: it samples at 1.0 and picks no tools by itself; tool_choice without tools is refused everywhere. */
export const requestDefaults = (model: string, hasTools: boolean): RequestDefaults => {
  if (!isLocalModel(model)) return {};
  return hasTools ? { temperature: 0.3, tool_choice: "auto" } : { temperature: 0.3 };
};
