import { join } from "node:path";
import type { Launch, LocalService, Machine, Runtime } from "../../engine/processes/runtime.ts";
import { messageOf } from "../../errors/describe.ts";
import { GoatError } from "../../errors/goat-error.ts";
import type { ServiceSpec } from "../../model/stack.ts";
import { pinnedImages } from "../../project/versions.ts";
import { refuseScripts } from "./init-scripts.ts";
import { installedIn, installPostgres } from "./install.ts";
import { localDatabase } from "./local-database.ts";
import { packageFor, postgresHome, postgresVersion, programIn } from "./package.ts";
import { dataFolder, dataTarget, listenAddresses, mountOver, serverPortOf } from "./place.ts";
import { preparePostgres } from "./prepare.ts";
import { type ServerUser, serverUser } from "./server-user.ts";

/** Postgres from programs that npm brings. */
export function postgresRuntime(machine: Machine): Runtime {
  return {
    name: "postgres",
    role: "database",
    image: imageText,
    refuse: (service) => refusePostgres(machine, service),
    installed: async () => {
      const integrity = await installedIn(postgresHome(machine));
      return integrity === null ? null : `${postgresVersion} ${integrity.slice(0, 19)}`;
    },
    install: async (io) => {
      const found = packageFor(machine);
      if (found === undefined) {
        throw new GoatError("runtime-unavailable", `there is no Postgres for ${machine.platform}-${machine.arch}`);
      }
      await installPostgres({ machine, package: found, home: postgresHome(machine) }, io);
    },
    launch: (local) => launchOf(postgresHome(machine), local, serverUser(machine)),
    prepare: (local, signal) => preparePostgres(machine, local, signal),
    localDatabase: (control) => localDatabase(machine, control),
  };
}

/** The version that runs, and which image the user asked for where that is another one. */
function imageText({ run }: ServiceSpec): string {
  const asked = run.docker?.image;
  const own = `postgres ${postgresVersion} (local`;
  const isOwn = asked === undefined || asked === pinnedImages.POSTGRES_IMAGE || asked.startsWith(own);
  return isOwn ? `${own})` : `${own}, instead of ${asked})`;
}

/** Why this service cannot run from the programs alone; null where it can. */
function refusePostgres(machine: Machine, service: ServiceSpec): string | null {
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

/** What the image's entrypoint would act on and nothing here does. */
const unknownVariables = [
  "POSTGRES_HOST_AUTH_METHOD",
  "POSTGRES_INITDB_ARGS",
  "POSTGRES_INITDB_WALDIR",
  "POSTGRES_PASSWORD_FILE",
  "POSTGRES_USER_FILE",
  "POSTGRES_DB_FILE",
];

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

/** The user's own arguments, without the program's name that an image's entrypoint may want. */
function ownArguments(command: readonly string[]): readonly string[] {
  return command[0] === "postgres" ? command.slice(1) : command;
}

function refuseData({ environment, run }: ServiceSpec): string | null {
  const target = dataTarget(environment);
  const mount = mountOver(run.docker?.mounts ?? [], target);
  if (mount === undefined) return `no volume holds its data (${target})`;
  return mount.kind === "volume" || mount.kind === "anonymous" ? null : `its data (${target}) must lie in a volume`;
}

/**
 * How the server is started, each time. SIGINT is its fast shutdown: clients are disconnected, everything is written to
 * disk.
 */
function launchOf(home: string, local: LocalService, user: ServerUser | undefined): Launch {
  const set = Object.entries(settings(local)).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const data = dataFolder(local);
  return {
    command: [programIn(home, "postgres"), ...ownArguments(local.command), "-D", data, ...set],
    environment: {},
    cwd: join(data, ".."),
    stopSignal: "SIGINT",
    ...(user === undefined ? {} : { user }),
  };
}

/** Settings of every start; nothing here trades safety of the data for speed. */
function settings(local: LocalService): Readonly<Record<string, string>> {
  const port = serverPortOf(local.ports);
  if (port?.host == null) throw new Error(`${local.service}: no port of this machine for 5432`);
  return {
    port: String(port.host),
    listen_addresses: listenAddresses(port),
    // No Unix socket, because its path could be too long.
    unix_socket_directories: "",
    logging_collector: "on",
    log_directory: local.logFolder,
    log_filename: "postgres-%Y%m%d-%H%M%S.log",
    log_rotation_size: "5MB",
    log_rotation_age: "0",
    log_line_prefix: "%m ",
    log_timezone: "UTC",
  };
}
