import type { Fix, GoatError } from "../../errors/goat-error.ts";
import { type Paint, padTo, tame, visibleWidth } from "../../platform/style.ts";

const labelWidth = 9;

const labelled = (label: string, lines: readonly string[], paint: Paint): readonly string[] =>
  lines.map((line, index) => `  ${paint("dim", padTo(index === 0 ? label : "", labelWidth))}  ${line}`.trimEnd());

const fixLines = (fixes: readonly Fix[], paint: Paint): readonly string[] => {
  const width = Math.max(0, ...fixes.filter(({ effect }) => effect !== "").map(({ command }) => visibleWidth(command)));
  return fixes.map(({ command, effect }) =>
    effect === "" ? paint("bold", command) : `${paint("bold", padTo(command, width))}   ${effect}`,
  );
};

/** Where more can be read: a service that did not make it has logs. */
const moreLines = (error: GoatError): readonly string[] => {
  if (error.service === undefined || error.exitCode !== 5) return [];
  const command = `goat-dev logs ${error.service}`;
  return error.fixes.some((fix) => fix.command === command) ? [] : [command];
};

/** The evidence, without a single line that the message already holds. */
const unsaid = ({ message, evidence }: GoatError): readonly string[] =>
  evidence.length === 1 && message.includes(evidence[0] ?? "") ? [] : evidence;

export interface ErrorLook {
  readonly paint: Paint;
  readonly color: boolean;
  /** True where the failed step's line has just said the same. */
  readonly alreadySaid: boolean;
}

/** What happened, what was seen, what to type; ends with a newline. */
export const renderError = (error: GoatError, { paint, color, alreadySaid }: ErrorLook): string => {
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
};

/** The error as programs read it. */
export const errorData = (error: GoatError): Readonly<Record<string, unknown>> => ({
  code: error.code,
  message: error.message,
  ...(error.service === undefined ? {} : { service: error.service }),
  evidence: error.evidence,
  fixes: error.fixes,
});
