import { join } from "node:path";
import type { Launch, LocalService } from "../../engine/processes/runtime.ts";
import { programIn } from "./package.ts";
import { dataFolder, listenAddresses, serverPortOf } from "./place.ts";
import type { ServerUser } from "./server-user.ts";

/** The user's own arguments, without the program's name that an image's entrypoint may want. */
export function ownArguments(command: readonly string[]): readonly string[] {
  return command[0] === "postgres" ? command.slice(1) : command;
}

/** The first start and all later ones. Fast shutdown: clients are dropped, everything is written. */
export function launchOf(home: string, local: LocalService, user: ServerUser | undefined): Launch {
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
    // None, so that no path is too long.
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
