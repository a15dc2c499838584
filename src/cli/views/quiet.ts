import type { View } from "../../events/events.ts";
import type { ViewOptions } from "./options.ts";
import { createPlainView } from "./plain.ts";

/** Results, the logs command's lines and errors; nothing else. */
export const createQuietView = (options: ViewOptions): View => {
  const plain = createPlainView({ ...options, verbose: false });
  let command = "";
  return {
    on: (event) => {
      if (event.type === "run-started") command = event.command;
      const isTold =
        event.type === "log" ? command === "logs" : ["run-started", "result", "error"].includes(event.type);
      if (isTold) plain.on(event);
    },
    close: plain.close,
  };
};
