import type { StampedEvent } from "../../events/events.ts";
import { createPaint, padTo, tame, visibleWidth } from "../../platform/style.ts";
import { type ViewOptions, writeLine } from "./options.ts";

type LogEvent = Extract<StampedEvent, { readonly type: "log" }>;

const looks = ["cyan", "magenta", "blue", "yellow", "green"] as const;

/** Writes `litellm | line`, names as wide as the widest so far. The logs command's lines are its result, others are talk. */
export const createLogLines = (options: ViewOptions) => {
  const paint = createPaint(options.color);
  const services: string[] = [];
  let width = 0;
  return (event: LogEvent, isResult: boolean): void => {
    if (!services.includes(event.service)) services.push(event.service);
    width = Math.max(width, visibleWidth(event.service));
    const look = looks[services.indexOf(event.service) % looks.length] ?? "cyan";
    const line = `${paint(look, padTo(event.service, width))} | ${tame(event.line, options.color)}`;
    writeLine(isResult ? options.stdout : options.stderr, line);
  };
};
