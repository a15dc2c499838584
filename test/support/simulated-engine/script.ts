import type { ExecResult } from "../../../src/engine/engine.ts";
import type { Operation } from "../../../src/model/plan.ts";

/** What a container's command does, as far as an engine can see. Counts are observations: no time passes here. */
export interface ServiceScript {
  /** Printed at each start. */
  readonly log?: readonly string[];
  /** Ends by itself, after so many observations of it running (0: at once). */
  readonly exit?: { readonly code: number; readonly afterObserves?: number; readonly outOfMemory?: boolean };
  /** With a health check: the state it reaches, after so many observations. Absent: no health check. */
  readonly health?: { readonly becomes: "healthy" | "unhealthy"; readonly afterObserves?: number };
  /** How a stop ends it: its own exit code, or "ignored" for a kill after the grace. Absent: 143. */
  readonly stop?: number | "ignored";
  readonly memoryBytes?: number;
  /** Answers exec; `volumes` are the container's, by mount target, as path -> content. */
  exec?(
    command: readonly string[],
    volumes: ReadonlyMap<string, Map<string, string>>,
    environment: Readonly<Record<string, string>>,
    stdin: string,
  ): ExecResult | Promise<ExecResult>;
}

export interface SimulatedEngineOptions {
  /** Image reference -> id, for what is there. */
  readonly images?: Readonly<Record<string, string>>;
  /** Image reference -> id, for what a pull brings. */
  readonly registry?: Readonly<Record<string, string>>;
  /** Service name -> what its container does. */
  readonly services?: Readonly<Record<string, ServiceScript>>;
  /** Names of networks and volumes that somebody else made. */
  readonly external?: readonly string[];
  /** Host ports that something else holds. */
  readonly takenPorts?: readonly number[];
  /** Makes every call fail as engine-unreachable, with this message. */
  readonly unreachable?: string;
  /** Runs before each operation: throw to make it fail, wait to hold it. */
  beforeApply?(operation: Operation, signal: AbortSignal): Promise<void> | void;
}
