import type { Engine } from "../../engine/engine.ts";
import type { GoatError } from "../../errors/goat-error.ts";
import type { ServiceSpec } from "../../model/stack.ts";
import type { FailureReason } from "../../readiness/probe.ts";

/** What was seen of a service that is not well; who looked, and when, makes no difference. */
export interface Evidence {
  readonly service: ServiceSpec;
  readonly engine: Engine["kind"];
  /** Whose engine it is, where it is not the one that its kind is named after. */
  readonly product?: string;
  /** How it ended; null where it runs. */
  readonly ended: Ended | null;
  /** What its probe was last answered; null where it was not asked. */
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
  /** The engine could not start it, in its words. */
  readonly startError: string | null;
}

export interface Heard {
  readonly why: string;
  readonly reason: FailureReason | null;
}

/** The users that a database knows. */
export interface Users {
  /** Whom POSTGRES_USER named when the data was made. */
  readonly first: string;
  readonly all: readonly string[];
}

/**
 * How far evidence goes: `proven` by what nothing else can cause, `told` by the service's own words, `likely` by what it is
 * seen with most.
 */
export type Proof = "proven" | "told" | "likely";

/** A known way for a service to break, as it is recognised. */
export interface KnownFailure {
  readonly proof: Proof;
  /** A line of the log that only this failure writes. */
  readonly line?: RegExp;
  /** Null where it is not this failure; `line` is the one that was found, with its groups. */
  tell(seen: Evidence, line: RegExpExecArray | null): GoatError | null;
}
