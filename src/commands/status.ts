import type { StatusReport } from "../app/status.ts";
import { exitCodeOf } from "../errors/catalog.ts";
import { madeByCompose } from "../model/observed.ts";
import { formatAge, formatBytes } from "../platform/format.ts";
import { renderTable } from "../platform/table.ts";
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

function configText({ state, drift, why, name, standIn, database }: ServiceStatus): string {
  if (state === "absent") return "not there: goat-dev up";
  if (state === "paused") return "goat-dev up resumes it";
  if (state === "created") return `${why ?? "never started"}: goat-dev up`;
  const drifted = drift.length > 0 ? changedText(drift) : "as configured";
  // It was asked where the file has it now, and may well answer at its old address.
  if (drift.length > 0 && (state === "starting" || state === "unready")) return drifted;
  if (state === "ready") {
    if (standIn !== null) return `${drifted} (${standIn} in Langfuse's place)`;
    return database === false ? `${drifted} (without a database: budgets are not enforced)` : drifted;
  }
  return `${why ?? state}: ${state === "starting" ? "goat-dev up waits for it" : `goat-dev logs ${name}`}`;
}

function changedText(drift: readonly string[]): string {
  return drift.includes(madeByCompose)
    ? `${madeByCompose}: goat-dev up takes it over`
    : `${list(drift)} changed after it started: goat-dev up`;
}
