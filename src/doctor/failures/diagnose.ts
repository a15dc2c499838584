import { stripVTControlCharacters } from "node:util";
import type { ErrorCode } from "../../errors/catalog.ts";
import type { GoatError } from "../../errors/goat-error.ts";
import { onPodman } from "../../errors/podman.ts";
import type { Role, ServiceSpec } from "../../model/stack.ts";
import { databaseFailures } from "./database.ts";
import type { Evidence, KnownFailure, Proof } from "./evidence.ts";
import { gatewayFailures, migratingFailures } from "./gateway.ts";
import { serviceFailures } from "./service.ts";
import { tracingFailures } from "./tracing.ts";

const byRole: Readonly<Record<Role, readonly KnownFailure[]>> = {
  database: [...databaseFailures, ...serviceFailures],
  tracing: [...tracingFailures, ...migratingFailures, ...serviceFailures],
  gateway: [...gatewayFailures, ...migratingFailures, ...serviceFailures],
  other: serviceFailures,
};

const ranks: readonly Proof[] = ["proven", "told", "likely"];

/**
 * The cause of a failure. Of several that fit, the one with the strongest evidence wins, then the one that was logged
 * last. Null where none is known: callers say so, and no cause is guessed.
 */
export function diagnose(seen: Evidence): GoatError | null {
  const found = byRole[kindOf(seen.service)].flatMap((failure) => recognised(failure, seen));
  const [best] = found.toSorted(
    (one, other) => ranks.indexOf(one.proof) - ranks.indexOf(other.proof) || other.at - one.at,
  );
  if (best === undefined) return null;
  return seen.product === "Podman" ? onPodman(best.error) : best.error;
}

/**
 * True for causes that do not go away by waiting: `up` then stops waiting, and `status` reports them of a service that
 * is still starting.
 */
export function isLasting({ code }: GoatError): boolean {
  return lasting.includes(code);
}

const lasting: readonly ErrorCode[] = [
  "service-port-mismatch",
  "database-url-refused",
  "database-damaged",
  "database-connections-used-up",
  "disk-full",
];

/** A service with a Postgres probe is diagnosed as a database, whatever its role. */
function kindOf({ ready, role }: ServiceSpec): Role {
  return ready.kind === "postgres" ? "database" : role;
}

interface Recognised {
  readonly proof: Proof;
  /** Which line of the log; -1 where none was needed. */
  readonly at: number;
  readonly error: GoatError;
}

function recognised(failure: KnownFailure, seen: Evidence): readonly Recognised[] {
  const { line: pattern, proof } = failure;
  if (pattern === undefined) return told(failure.tell(seen, null), proof, -1);
  for (let at = seen.log.length - 1; at >= 0; at -= 1) {
    const match = pattern.exec(stripVTControlCharacters(seen.log[at] ?? ""));
    if (match !== null) return told(failure.tell(seen, match), proof, at);
  }
  return [];
}

function told(error: GoatError | null, proof: Proof, at: number): readonly Recognised[] {
  return error === null ? [] : [{ proof, at, error }];
}

/** What a single line of a log tells, for a note under it; null where it tells nothing that is known. */
export function lineTells(line: string, { service, engine }: Pick<Evidence, "service" | "engine">): GoatError | null {
  return diagnose({ service, engine, ended: null, heard: null, log: [line], users: null, volumes: [] });
}
