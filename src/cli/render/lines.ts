import type { GoatEvent, Outcome } from "../../events/events.ts";
import { type Paint, padTo } from "../../platform/style.ts";

type EventOf<T extends GoatEvent["type"]> = Extract<GoatEvent, { readonly type: T }>;

const stepMarks: Readonly<Record<Outcome, string>> = { ok: "✔", failed: "✖", skipped: "-" };

const looks = { ok: "green", failed: "red", skipped: "dim" } as const;

const nameWidth = 10;

/** The name and what is said of it, without the mark: `postgres    created · ready in 1.2 s`. */
export const stepText = (step: string, text: string): string => `${padTo(step, nameWidth)}  ${text}`.trimEnd();

export const markOf = (outcome: Outcome, paint: Paint): string => paint(looks[outcome], stepMarks[outcome]);

/** `✔ postgres    created · ready in 1.2 s` */
export const stepLine = (event: EventOf<"step-finished">, paint: Paint): string => {
  const text = stepText(event.step, event.text);
  return `${markOf(event.outcome, paint)} ${event.outcome === "skipped" ? paint("dim", text) : text}`;
};

export const noticeLine = (event: EventOf<"notice">, paint: Paint): string =>
  event.level === "warning"
    ? `${paint("yellow", "warning:")} ${event.text}`
    : `${paint("cyan", "note:")} ${event.text}`;
