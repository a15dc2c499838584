import { GoatError } from "../errors/goat-error.ts";
import { formatAge, formatBytes } from "../platform/format.ts";
import { renderTable } from "../platform/table.ts";
import { list } from "../platform/text.ts";
import { readStatus, type ServiceStatus } from "../stack/status.ts";
import type { Context, Run } from "./command.ts";
import { openSession, openWorld } from "./session.ts";

export const status: Run = async (input, context) => {
  const session = await openSession(context, input);
  const world = await openWorld(context, session);
  const services = await readStatus(session.stack, world);
  const { kind, version, endpoint } = world.info;
  context.emit({
    type: "result",
    data: { stack: session.stack.name, engine: { kind, version, endpoint }, services },
    text: renderStatus(services, context),
  });
  const waiting = services.filter((service) => service.state !== "ready").map((service) => service.name);
  if (waiting.length === 0) return undefined;
  return new GoatError("stack-not-ready", `${list(waiting)} not ready`).exitCode;
};

const renderStatus = (services: readonly ServiceStatus[], context: Context): string => {
  const now = context.clock.date().getTime();
  const rows = services.map((service) => [
    service.name,
    service.state,
    service.port === null ? "" : String(service.port),
    service.since === null || service.state === "absent" ? "" : formatAge(now - Date.parse(service.since)),
    service.memoryBytes === null ? "" : formatBytes(service.memoryBytes),
    configOf(service),
  ]);
  return renderTable(["SERVICE", "STATE", "PORT", "SINCE", "MEMORY", "CONFIG"], rows);
};

const configOf = ({ state, drift, why, name, standIn }: ServiceStatus): string => {
  if (state === "absent") return "not there: goat-dev up";
  const drifted = drift.length > 0 ? `${list(drift)} changed after it started: goat-dev up` : "as configured";
  if (state === "ready") return standIn === null ? drifted : `${drifted} (${standIn} in Langfuse's place)`;
  return `${why ?? state}: ${state === "starting" ? "goat-dev up waits for it" : `goat-dev logs ${name}`}`;
};
