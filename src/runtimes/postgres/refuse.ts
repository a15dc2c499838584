import type { Machine } from "../../engine/processes/runtime.ts";
import { messageOf } from "../../errors/describe.ts";
import type { ServiceSpec } from "../../model/stack.ts";
import { refuseScripts } from "./init-scripts.ts";
import { ownArguments } from "./launch.ts";
import { packageFor, postgresHome } from "./package.ts";
import { dataTarget, mountOver, serverPortOf } from "./place.ts";
import { serverUser } from "./server-user.ts";

/** What the image's entrypoint would act on and nothing here does. */
const unknownVariables = [
  "POSTGRES_HOST_AUTH_METHOD",
  "POSTGRES_INITDB_ARGS",
  "POSTGRES_INITDB_WALDIR",
  "POSTGRES_PASSWORD_FILE",
  "POSTGRES_USER_FILE",
  "POSTGRES_DB_FILE",
];

/** Why this service cannot run from the programs alone; null where it can. */
export function refusePostgres(machine: Machine, service: ServiceSpec): string | null {
  const binds = (service.run.docker?.mounts ?? []).flatMap((mount) =>
    mount.kind === "bind" ? [{ target: mount.target, path: mount.source }] : [],
  );
  const reason = refuseMachine(machine) ?? refuseSettings(service) ?? refuseData(service) ?? refuseScripts(binds);
  return reason === null ? null : `${service.name}: ${reason}`;
}

function refuseMachine(machine: Machine): string | null {
  if (packageFor(machine) === undefined)
    return `there are no Postgres programs for ${machine.platform}-${machine.arch}`;
  if (machine.uid === 0 && machine.platform !== "linux")
    return "Postgres does not run as root; run goat-dev as yourself";
  // initdb hands its own path to a shell, in double quotes.
  if (/["$`\\]/.test(postgresHome(machine))) return `initdb cannot run from a path like ${postgresHome(machine)}`;
  try {
    serverUser(machine);
    return null;
  } catch (error) {
    return messageOf(error);
  }
}

function refuseSettings(service: ServiceSpec): string | null {
  const { environment, run, ports } = service;
  const unknown = unknownVariables.find((name) => environment[name]);
  if (unknown !== undefined) return `${unknown} is known to the image only`;
  if (!environment["POSTGRES_PASSWORD"]) return "POSTGRES_PASSWORD is empty";
  if (/[\r\n]/.test(environment["POSTGRES_PASSWORD"])) return "POSTGRES_PASSWORD has a line break";
  if (/['"]/.test(environment["POSTGRES_USER"] ?? "")) return "initdb takes no quotes in POSTGRES_USER";
  const [first] = ownArguments(run.embedded?.command ?? run.docker?.command ?? []);
  if (first !== undefined && !first.startsWith("-")) return `its command must be postgres and arguments, not ${first}`;
  return serverPortOf(ports) === undefined ? "it publishes no port for 5432" : null;
}

function refuseData({ environment, run }: ServiceSpec): string | null {
  const target = dataTarget(environment);
  const mount = mountOver(run.docker?.mounts ?? [], target);
  if (mount === undefined) return `no volume holds its data (${target})`;
  return mount.kind === "volume" || mount.kind === "anonymous" ? null : `its data (${target}) must lie in a volume`;
}
