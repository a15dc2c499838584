import type { UpReport } from "../app/bring-up.ts";
import { formatDuration } from "../platform/format.ts";
import { renderPairs } from "../platform/table.ts";
import { list } from "../platform/text.ts";

/** What `up` and `restart` say at their end: how long, why so long, and where everything is. */
export function upText(report: UpReport): string {
  const { services, durationMs, nothingToDo, restarted, gateway, demo } = report;
  if (nothingToDo) {
    const verb = services.length === 1 ? "is" : "are";
    return `✔ ${list(services.map(({ name }) => name))} ${verb} ready and as configured (${formatDuration(durationMs)})`;
  }
  const total = `${restarted ? "Restarted" : "Up"} in ${formatDuration(durationMs)}${pathText(report)}`;
  if (restarted) return total;
  return `${total}\n\n${addressesText(report)}${gateway === null ? "" : hint}${demo ? demoText : ""}`;
}

const hint = `

Point a program at it:   eval "$(goat-dev env)"   or   goat-dev run -- python my_program.py`;

const demoText = `

This is a demo: every model gives a made-up answer, and no provider is asked.
Leave it:   put a provider's key into .env, then   goat-dev up`;

/** " = images 21.0 + postgres 1.2 + litellm 6.3": the steps that decided how long it took. */
function pathText({ path, example, trace }: UpReport): string {
  const parts = [
    ...path,
    ...(example === null ? [] : [{ subject: "example", durationMs: example.durationMs }]),
    ...(trace === null ? [] : [{ subject: "trace", durationMs: trace.afterMs }]),
  ].filter((part) => part.durationMs >= 50);
  if (parts.length === 0) return "";
  return ` = ${parts.map(({ subject, durationMs }) => `${subject} ${(durationMs / 1000).toFixed(1)}`).join(" + ")}`;
}

/** Only what was asked for: after `up postgres` there is no gateway to point at. */
function addressesText({ addresses, services }: UpReport): string {
  const { gateway, admin, tracing, database } = addresses;
  const standIn = services.find(({ role }) => role === "tracing")?.standIn ?? null;
  const login = standIn === null ? (tracing?.login ?? "") : `(${standIn}, in Langfuse's place)`;
  const unlimited = services.find((service) => service.database === false);
  const pairs: (readonly [string, string])[] = [];
  if (gateway !== null) pairs.push(["Gateway", `${gateway.url}   key ${keyText(gateway.key)}`]);
  if (admin !== null)
    pairs.push(["Admin", `${admin.url}   ${admin.login ?? "admin / the key, unless UI_PASSWORD is set"}`]);
  if (tracing !== null) pairs.push(["Traces", `${tracing.url}   ${login}`]);
  if (database !== null) pairs.push(["Postgres", database]);
  if (gateway !== null && unlimited !== undefined) {
    pairs.push(["Budgets", `not enforced: ${unlimited.name} runs without a database here`]);
  }
  return renderPairs(pairs);
}

/** Only the template's key is shown, since it is no secret; for any other key (null) the text says where it is set. */
function keyText(key: string | null): string {
  return key === null ? "is LITELLM_MASTER_KEY in .env" : `${key} (LITELLM_MASTER_KEY)`;
}
