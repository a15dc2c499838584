import type { View } from "../../events/events.ts";
import { errorData } from "../render/error.ts";
import { type ViewOptions, writeLine } from "./options.ts";

/** One event a line on stdout; the first says which schema they follow. */
export const createJsonStreamView = ({ stdout, verbose }: Pick<ViewOptions, "stdout" | "verbose">): View => {
  let first = true;
  return {
    on: (event) => {
      if (event.type === "detail" && !verbose) return;
      const data = event.type === "error" ? { ...event, error: errorData(event.error) } : event;
      writeLine(stdout, JSON.stringify(first ? { schema: 1, ...data } : data));
      first = false;
    },
    close: async () => undefined,
  };
};
