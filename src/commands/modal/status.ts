import type { CloudAppStatus, CloudStatusReport } from "../../app/cloud/status.ts";
import { exitCodeOf } from "../../errors/catalog.ts";
import { renderTable } from "../../platform/table.ts";
import { command } from "../command.ts";
import { env, envOption } from "./options.ts";

export const modalStatus = command<CloudStatusReport>({
  name: "status",
  summary: "what is deployed, and whether a container runs (exit 5 unless the gateway is deployed)",
  options: [env],
  examples: [["goat-dev modal status --json", "for programs"]],
  call: async (typed, app) =>
    (await import("../../app/cloud/status.ts")).cloudStatus({ environment: typed.text("env") }, app),
  text: ({ apps, environment }) => `${appsTable(apps, environment)}\n\n${costText(apps)}`,
  exitCode: ({ apps }) => (apps.some(isGatewayUp) ? 0 : exitCodeOf("modal-not-deployed")),
});

function appsTable(apps: readonly CloudAppStatus[], environment: string): string {
  const rows = apps.map(({ name, state, containers, createdAt, gpu, url }) => [
    name,
    state,
    containers === null ? "-" : String(containers),
    gpu ?? "-",
    createdAt ?? "-",
    url ?? `goat-dev modal deploy ${name}${envOption(environment)}`,
  ]);
  return renderTable(["NAME", "STATE", "CONTAINERS", "GPU", "SINCE", "ADDRESS"], rows);
}

function costText(apps: readonly CloudAppStatus[]): string {
  const running = apps.filter(({ containers }) => (containers ?? 0) > 0).map(({ name }) => name);
  return running.length === 0 ? "No container runs: it costs nothing now." : `Costs money now: ${running.join(", ")}.`;
}

function isGatewayUp({ name, state }: CloudAppStatus): boolean {
  return name === "services" && state === "deployed";
}
