import type { Fix, GoatError } from "../../errors/goat-error.ts";
import type { GoatEvent, Outcome } from "../../events/events.ts";
import { type Paint, padTo, tame, visibleWidth } from "../../platform/style.ts";

type EventOf<T extends GoatEvent["type"]> = Extract<GoatEvent, { readonly type: T }>;

const stepMarks: Readonly<Record<Outcome, string>> = { ok: "✔", failed: "✖", skipped: "-" };

const looks = { ok: "green", failed: "red", skipped: "dim" } as const;

const nameWidth = 10;

const labelWidth = 9;

export interface ErrorLook {
  readonly paint: Paint;
  readonly color: boolean;
  /** True where the failed step's line has just said the same. */
  readonly alreadySaid: boolean;
}

/** A step's name and text, without the mark: `postgres    created · ready in 1.2 s`. */
export function stepText(step: string, text: string): string {
  return `${padTo(step, nameWidth)}  ${text}`.trimEnd();
}

export function markOf(outcome: Outcome, paint: Paint): string {
  return paint(looks[outcome], stepMarks[outcome]);
}

/** `✔ postgres    created · ready in 1.2 s` */
export function stepLine(event: EventOf<"step-finished">, paint: Paint): string {
  const text = stepText(event.step, event.text);
  return `${markOf(event.outcome, paint)} ${event.outcome === "skipped" ? paint("dim", text) : text}`;
}

export function noticeLine(event: EventOf<"notice">, paint: Paint): string {
  if (event.level === "bare") return event.text;
  return event.level === "warning"
    ? `${paint("yellow", "warning:")} ${event.text}`
    : `${paint("cyan", "note:")} ${event.text}`;
}

/** What happened, what was seen, what to type; ends with a newline. */
export function renderError(error: GoatError, { paint, color, alreadySaid }: ErrorLook): string {
  const code = paint("dim", `[${error.code}]`);
  const head = alreadySaid
    ? labelled("code", [error.code], paint)
    : [`${paint("red", tame(error.message, color))}   ${code}`];
  const body = [
    ...labelled(
      "seen",
      unsaid(error).flatMap((line) => tame(line, color).split("\n")),
      paint,
    ),
    ...labelled("fix", fixLines(error.fixes, paint), paint),
    ...labelled("more", moreLines(error), paint),
  ];
  const gap = body.length > 0 && !alreadySaid ? [""] : [];
  return `${[...head, ...gap, ...body].join("\n")}\n`;
}

function labelled(label: string, lines: readonly string[], paint: Paint): readonly string[] {
  return lines.map((line, index) =>
    `  ${paint("dim", padTo(index === 0 ? label : "", labelWidth))}  ${line}`.trimEnd(),
  );
}

/** The evidence; none where it is one line only, and the message already contains it. */
function unsaid({ message, evidence }: GoatError): readonly string[] {
  return evidence.length === 1 && message.includes(evidence[0] ?? "") ? [] : evidence;
}

function fixLines(fixes: readonly Fix[], paint: Paint): readonly string[] {
  const width = Math.max(0, ...fixes.filter(({ effect }) => effect !== "").map(({ command }) => visibleWidth(command)));
  return fixes.map(({ command, effect }) =>
    effect === "" ? paint("bold", command) : `${paint("bold", padTo(command, width))}   ${effect}`,
  );
}

/** The command for the logs of a service that is not ready (exit 5), unless a fix names it already. */
function moreLines(error: GoatError): readonly string[] {
  if (error.service === undefined || error.exitCode !== 5) return [];
  const command = `goat-dev logs ${error.service}`;
  return error.fixes.some((fix) => fix.command === command) ? [] : [command];
}
