import { formatDuration } from "../platform/format.ts";
import { renderPairs } from "../platform/table.ts";
import { list } from "../platform/text.ts";
import type { Prepared } from "../stack/bring-up.ts";
import type { PathPart } from "../stack/critical-path.ts";
import { databaseUrlOf, gatewayOf, tracingOf } from "../stack/endpoints.ts";
import type { Proof } from "../stack/prove.ts";
import type { ServiceStatus } from "../stack/status.ts";

export interface Summary extends Prepared, Proof {
  /** Nothing had to be changed. */
  readonly quiet: boolean;
  readonly path: readonly PathPart[];
  readonly durationMs: number;
  readonly restarted: boolean;
  readonly demo: boolean;
  readonly statuses: readonly ServiceStatus[];
}

/** What `up` says at its end: how long, why so long, and where everything is. */
export const summaryText = (summary: Summary): string => {
  const names = list(summary.services.map((service) => service.name));
  const verb = summary.services.length === 1 ? "is" : "are";
  if (summary.quiet) return `✔ ${names} ${verb} ready and as configured (${formatDuration(summary.durationMs)})`;
  const total = `${summary.restarted ? "Restarted" : "Up"} in ${formatDuration(summary.durationMs)}${pathText(summary)}`;
  if (summary.restarted) return total;
  const hint =
    summary.gateway === null
      ? ""
      : `\n\nPoint a program at it:   eval "$(goat-dev env)"   or   goat-dev run -- python my_program.py`;
  return `${total}\n\n${places(summary)}${hint}${summary.demo ? demoText : ""}`;
};

const demoText = `

This is a demo: every model gives a made-up answer, and no provider is asked.
Leave it:   put a provider's key into .env, then   goat-dev up`;

const seconds = (ms: number): string => (ms / 1000).toFixed(1);

/** " = images 21.0 + postgres 1.2 + litellm 6.3": where a saved second is a won one. */
const pathText = ({ path, example, trace }: Summary): string => {
  const parts = [
    ...path,
    ...(example === null ? [] : [{ subject: "example", durationMs: example.durationMs }]),
    ...(trace === null ? [] : [{ subject: "trace", durationMs: trace.afterMs }]),
  ].filter((part) => part.durationMs >= 50);
  if (parts.length === 0) return "";
  return ` = ${parts.map((part) => `${part.subject} ${seconds(part.durationMs)}`).join(" + ")}`;
};

/** Only what was asked for: after `up postgres` there is no gateway to point at. */
const places = ({ stack, services, statuses }: Summary): string => {
  const only = { ...stack, services };
  const gateway = gatewayOf(only);
  const tracing = tracingOf(only);
  const database = databaseUrlOf(only);
  const standIn = statuses.find(({ role }) => role === "tracing")?.standIn ?? null;
  const login = standIn === null ? (tracing?.login ?? "") : `(${standIn}, in Langfuse's place)`;
  const pairs: (readonly [string, string])[] = [];
  if (gateway !== null) pairs.push(["Gateway", `${gateway.url}   key ${keyText(gateway.key)}`]);
  if (tracing !== null) pairs.push(["Traces", `${tracing.pageUrl}   ${login}`]);
  if (database !== null) pairs.push(["Postgres", database]);
  if (gateway !== null && statuses.some((status) => status.database === false)) {
    pairs.push(["Budgets", `not enforced: ${gateway.service.name} runs without a database here`]);
  }
  return renderPairs(pairs);
};

/** The template's key is no secret; another one is for its owner to look up. */
const keyText = (key: string): string =>
  key === "sk-dev-key" ? `${key} (LITELLM_MASTER_KEY)` : "is LITELLM_MASTER_KEY in .env";
