import type { View } from "../../events/events.ts";
import type { ViewOptions } from "./options.ts";
import { createTalk } from "./talk.ts";

const told: readonly string[] = ["run-started", "output", "result", "error"];

/** Results, the logs command's lines and errors; nothing else. */
export const createQuietView = (options: ViewOptions): View => {
  const talk = createTalk({ ...options, verbose: false });
  let isLogs = false;
  return {
    on: (event) => {
      if (event.type === "run-started") isLogs = event.command === "logs";
      if (told.includes(event.type) || (event.type === "log" && isLogs)) talk.on(event);
    },
    close: async () => undefined,
  };
};
