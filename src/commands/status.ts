import type { StatusReport } from "../app/status.ts";
import { exitCodeOf } from "../errors/catalog.ts";
import type { FailureReport } from "../errors/goat-error.ts";
import { madeByCompose } from "../model/observed.ts";
import { formatAge, formatBytes } from "../platform/format.ts";
import { renderPairs, renderTable } from "../platform/table.ts";
import { list } from "../platform/text.ts";
import type { ServiceStatus } from "../stack/run/observe.ts";
import { command } from "./command.ts";

export const status = command<StatusReport>({
  name: "status",
  summary:
    "what runs, since when, how much memory it takes, and what differs from the files (exit 5 unless all is ready)",
  options: [],
  examples: [["goat-dev status --json", "for programs"]],
  call: async (_typed, app) => (await import("../app/status.ts")).status({}, app),
  text: ({ stack, services, demo, folder, owner }, _typed, { now }) =>
    [
      servicesTable(services, now),
      // For a paused service, its row of the table says what to do.
      ...services.flatMap(({ failure, state }) =>
        failure === null || state === "paused" ? [] : [failureText(failure)],
      ),
      ...(demo ? [demoText] : []),
      ...(owner === null
        ? []
        : [`${stack} is the stack of ${owner}, not of ${folder}: goat-dev up says what can be done`]),
    ].join("\n\n"),
  exitCode: ({ services }) => (services.every(({ state }) => state === "ready") ? 0 : exitCodeOf("stack-not-ready")),
});

const demoText = "This is a demo: every model gives a made-up answer. Leave it: goat-dev up, with a key in .env";

function servicesTable(services: readonly ServiceStatus[], now: Date): string {
  const rows = services.map((service) => [
    service.name,
    service.state,
    service.port === null ? "" : String(service.port),
    service.since === null || service.state === "absent" ? "" : formatAge(now.getTime() - Date.parse(service.since)),
    service.memoryBytes === null ? "" : formatBytes(service.memoryBytes),
    configText(service),
  ]);
  return renderTable(["SERVICE", "STATE", "PORT", "SINCE", "MEMORY", "CONFIG"], rows);
}

function configText({ state, drift, why, name, standIn, database, failure }: ServiceStatus): string {
  if (state === "absent") return "not there: goat-dev up";
  if (state === "paused") return "goat-dev up resumes it";
  if (state === "created") return `${why ?? "never started"}: goat-dev up`;
  const drifted = drift.length > 0 ? changedText(drift) : "as configured";
  // The probe asked at the address that the file has now; the service may well answer at its old one.
  if (drift.length > 0 && (state === "starting" || state === "unready")) return drifted;
  if (state === "ready") {
    if (standIn !== null) return `${drifted} (${standIn} in Langfuse's place)`;
    return database === false ? `${drifted} (without a database: budgets are not enforced)` : drifted;
  }
  if (state === "starting") return `${why ?? state}: goat-dev up waits for it`;
  return failure === null ? `${why ?? state}: goat-dev logs ${name}` : (why ?? state);
}

/** The cause, what shows it, and what to type. */
function failureText({ code, message, evidence, fixes }: FailureReport): string {
  return renderPairs([
    [code, message],
    ...evidence.map((line) => ["", line] as const),
    ...fixes.map(({ command, effect }) => ["fix", `${command}   ${effect}`] as const),
  ]);
}

function changedText(drift: readonly string[]): string {
  return drift.includes(madeByCompose)
    ? `${madeByCompose}: goat-dev up takes it over`
    : `${list(drift)} changed after it started: goat-dev up`;
}
