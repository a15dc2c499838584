import type { Engine } from "../../engine/engine.ts";
import type { GoatError } from "../../errors/goat-error.ts";
import type { ServiceSpec } from "../../model/stack.ts";
import type { FailureReason } from "../../readiness/probe.ts";

/** What was observed of a service that is not ready, in the same form for every command that looks. */
export interface Evidence {
  readonly service: ServiceSpec;
  readonly engine: Engine["kind"];
  /** The engine's product, such as Podman, where it is not the one that `engine` is named after. */
  readonly product?: string;
  /** How it ended; null where it runs. */
  readonly ended: Ended | null;
  /** The last result of the service's probe; null where it was not probed. */
  readonly heard: Heard | null;
  /** Its log's last lines, oldest first. */
  readonly log: readonly string[];
  /** Users that the database's own files hold; null where they were not, or could not be, read. */
  readonly users: Users | null;
  /** "volume goat_postgres-data was made on 2026-11-02". */
  readonly volumes: readonly string[];
}

export interface Ended {
  /** Null where nobody saw it. */
  readonly exitCode: number | null;
  readonly outOfMemory: boolean;
  /** The engine's message where it could not start the service, else null. */
  readonly startError: string | null;
}

export interface Heard {
  readonly why: string;
  readonly reason: FailureReason | null;
}

/** The users that a database knows. */
export interface Users {
  /** The user that POSTGRES_USER named when the database was created. */
  readonly first: string;
  readonly all: readonly string[];
}

/**
 * How strong the evidence is: `proven` where nothing else can cause it, `told` where the service's own log says so,
 * `likely` where this is its most frequent cause.
 */
export type Proof = "proven" | "told" | "likely";

/** A known way for a service to break, as it is recognised. */
export interface KnownFailure {
  readonly proof: Proof;
  /** A line of the log that only this failure writes. */
  readonly line?: RegExp;
  /** The error, or null where it is not this failure; `line` is the match of the log line, with its groups. */
  tell(seen: Evidence, line: RegExpExecArray | null): GoatError | null;
}
