import type { Machine, Runtime } from "../../engine/processes/runtime.ts";
import { GoatError } from "../../errors/goat-error.ts";
import type { ServiceSpec } from "../../model/stack.ts";
import { pinnedImages } from "../../project/versions.ts";
import { installPostgres } from "./install.ts";
import { installedIn } from "./installed.ts";
import { launchOf } from "./launch.ts";
import { localDatabase } from "./local-database.ts";
import { packageFor, postgresHome, postgresVersion } from "./package.ts";
import { preparePostgres } from "./prepare.ts";
import { refusePostgres } from "./refuse.ts";
import { serverUser } from "./server-user.ts";

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

/** Says whose version runs, where the user asked for another. */
function imageText({ run }: ServiceSpec): string {
  const asked = run.docker?.image;
  const own = `postgres ${postgresVersion} (local`;
  const isOwn = asked === undefined || asked === pinnedImages.POSTGRES_IMAGE || asked.startsWith(own);
  return isOwn ? `${own})` : `${own}, instead of ${asked})`;
}
