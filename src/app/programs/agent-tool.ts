import type { ToolCall } from "../../client/client.ts";

/** The one tool of the example, in the form that chat completions take. */
export const timeTool = {
  type: "function" as const,
  function: {
    name: "current_time",
    description: "The current date and time. Use it whenever the answer depends on now.",
    parameters: {
      type: "object",
      properties: { timezone: { type: "string", description: "IANA name such as Europe/Berlin; UTC where left out" } },
      additionalProperties: false,
    },
  },
};

/** What the tool says to the model, also of a call that makes no sense: then the model can mend it. */
export function callTool({ name, arguments: written }: ToolCall, now: Date): string {
  if (name !== timeTool.function.name) return `error: there is no tool ${name}`;
  try {
    return timeIn(timezoneOf(written), now);
  } catch (error) {
    return `error: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function timeIn(timeZone: string, now: Date): string {
  const format = new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeStyle: "long", timeZone });
  return `${format.format(now)} (${timeZone})`;
}

function timezoneOf(written: string): string {
  const value: unknown = written.trim() === "" ? {} : JSON.parse(written);
  const timezone = typeof value === "object" && value !== null && "timezone" in value ? value.timezone : "UTC";
  return typeof timezone === "string" && timezone !== "" ? timezone : "UTC";
}
