import type { View } from "../../events/events.ts";
import { createPaint } from "../../platform/style.ts";
import { stepLine } from "../render/lines.ts";
import { writeLine } from "./options.ts";
import { createTalk, type TalkOptions } from "./talk.ts";

/** One line for each finished step, notice and error on stderr, results on stdout; nothing moves. */
export const createPlainView = (options: TalkOptions): View => {
  const paint = createPaint(options.color);
  const talk = createTalk(options);
  return {
    on: (event) => {
      if (event.type !== "step-finished") return talk.on(event);
      talk.drew(event, true);
      writeLine(options.stderr, stepLine(event, paint));
    },
    close: async () => undefined,
  };
};
