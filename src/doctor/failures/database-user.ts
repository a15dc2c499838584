import { GoatError } from "../../errors/goat-error.ts";
import type { ServiceSpec } from "../../model/stack.ts";
import type { Users } from "./evidence.ts";
import { anew, setting } from "./tell.ts";

/** The database user that the Compose file sets; `postgres` where it sets none. */
export function databaseUser({ environment }: ServiceSpec): string {
  return environment["POSTGRES_USER"] || "postgres";
}

/** The database is there, and has no user of the name that .env asks for. */
export function noSuchUser(
  { name }: ServiceSpec,
  user: string,
  { first }: Users,
  evidence: readonly string[] = [],
): GoatError {
  return new GoatError(
    "database-user-drift",
    `${name} has no user ${user}: its volume was made with POSTGRES_USER=${first}`,
    {
      service: name,
      evidence,
      fixes: [setting("POSTGRES_USER", first), anew],
    },
  );
}
