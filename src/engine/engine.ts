import type { ObservedStack } from "../model/observed.ts";
import type { Operation } from "../model/plan.ts";
import type { ServiceSpec, StackSpec } from "../model/stack.ts";

export interface EngineInfo {
  readonly kind: "docker" | "embedded";
  /** The product, where an engine of kind "docker" is not Docker itself: Podman. */
  readonly product?: string;
  /** The engine's own version, such as 28.2.2. */
  readonly version: string;
  /** As a user would write it: unix:///var/run/docker.sock */
  readonly endpoint: string;
  /** Where the choice came from: "context colima", "DOCKER_HOST", "/var/run/docker.sock". */
  readonly source: string;
}

export interface ObserveRequest {
  readonly stack: string;
  /** Image references to look up: the answer says which of them are present. */
  readonly images: readonly string[];
}

interface Amount {
  readonly current: number;
  readonly total: number;
}

export interface Progress {
  readonly text: string;
  /** Bytes, where known. */
  readonly current?: number;
  readonly total?: number;
  /** The same bytes by layer id, because several pulls may share a layer. */
  readonly parts?: ReadonlyMap<string, Amount>;
  /**
   * "step": the text is the whole message. "cost": the same, and it tells what an installation will download or store,
   * before it does. "trouble": the text tells why something is tried again. Absent: bytes of one of several pulls.
   */
  readonly says?: "step" | "cost" | "trouble";
}

export interface ApplyIo {
  readonly signal: AbortSignal;
  progress(progress: Progress): void;
}

export interface ServiceChange {
  readonly service: string;
  readonly handle: string;
  readonly container: string;
  readonly type: "started" | "died" | "out-of-memory" | "healthy" | "unhealthy" | "removed";
  readonly exitCode: number | null;
}

export interface LogOptions {
  /** Containers by name or id, each with the service that its lines are attributed to. */
  readonly containers: readonly { readonly service: string; readonly container: string }[];
  readonly follow: boolean;
  /** Last lines of each container; null for all. */
  readonly tail: number | null;
  /** ISO time or null. */
  readonly since: string | null;
  readonly signal: AbortSignal;
}

export interface LogLine {
  readonly service: string;
  readonly stream: "stdout" | "stderr";
  /** ISO time with the engine's precision; null where the engine keeps none. */
  readonly at: string | null;
  readonly line: string;
}

export interface ExecOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /**
   * The command's standard input. A command that exits before it has read everything is no error; what the iterable
   * throws is thrown.
   */
  readonly stdin?: AsyncIterable<Uint8Array>;
  /** Takes standard output as it comes, in pieces; `output` then holds standard error alone. */
  onStdout?(piece: Uint8Array): Promise<void> | void;
}

export interface ExecResult {
  readonly exitCode: number;
  /** Both streams, as they came, cut at 64 KiB. */
  readonly output: string;
}

/** Access to the database's data for an engine without the programs (psql, pg_dumpall) that `exec` would run. */
export interface LocalDatabase {
  /** Stops and starts the server; no log-in is needed. */
  setPassword(
    container: string,
    login: { readonly user: string; readonly password: string },
    signal: AbortSignal,
  ): Promise<void>;
  /** Writes a whole copy of the data, a gzipped tar that only its owner may read; returns its size in bytes. */
  save(container: string, file: string, signal: AbortSignal): Promise<number>;
  /** Replaces the data with such a copy; the old data is kept until the copy is unpacked completely. */
  restore(container: string, file: string, signal: AbortSignal): Promise<void>;
}

/**
 * Runs services. Errors of libraries and of the engine itself are translated to GoatError inside. Call `portHolder`,
 * `memory` and `volumeSizes` through `decoration`: they are extras, and an engine that cannot tell must not fail the
 * whole answer.
 */
export interface Engine extends AsyncDisposable {
  readonly kind: "docker" | "embedded";
  /** Throws engine-unreachable, engine-remote. */
  probe(signal: AbortSignal): Promise<EngineInfo>;
  readonly localDatabase?: LocalDatabase;
  /**
   * The stack as this engine runs it. Call it after `probe`: Docker's proxies are known only once connected.
   * The embedded engine names what it runs in an image's place, and remembers these names for later calls.
   */
  fit(stack: StackSpec): StackSpec;
  /** Whether this engine can run the service, and why not; asked before anything starts. */
  supports(service: ServiceSpec): { readonly ok: true } | { readonly ok: false; readonly reason: string };
  observe(request: ObserveRequest, signal: AbortSignal): Promise<ObservedStack>;
  /** Sorted names of all stacks of which a container or volume made by goat-dev still exists. */
  stacks(signal: AbortSignal): Promise<readonly string[]>;
  /**
   * One operation is one engine call. It succeeds where there is nothing to do: starting a started container, removing
   * an absent one.
   */
  apply(operation: Operation, io: ApplyIo): Promise<void>;
  /** Ends without an error when the signal fires. `ready` is called once no later change can be missed. */
  changes(stack: string, options: { readonly signal: AbortSignal; ready?(): void }): AsyncIterable<ServiceChange>;
  /** Lines of several containers: existing ones merged by time, later ones (`follow`) as they arrive. */
  logs(options: LogOptions): AsyncIterable<LogLine>;
  exec(container: string, command: readonly string[], signal: AbortSignal, options?: ExecOptions): Promise<ExecResult>;
  /** The container that publishes this TCP port of the host, in words ("container web-1 of shop"); null for none. */
  portHolder(port: number, signal: AbortSignal): Promise<string | null>;
  /** Container -> resident bytes, for those that run. */
  memory(containers: readonly string[], signal: AbortSignal): Promise<Readonly<Record<string, number>>>;
  /** Volume name -> bytes; null where the engine cannot say. */
  volumeSizes(volumes: readonly string[], signal: AbortSignal): Promise<Readonly<Record<string, number | null>>>;
}
