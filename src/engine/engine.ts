import type { ObservedStack } from "../model/observed.ts";
import type { Operation } from "../model/plan.ts";
import type { ServiceSpec, StackSpec } from "../model/stack.ts";

export interface EngineInfo {
  readonly kind: "docker" | "embedded";
  /** Whose it is, where it is not the one that its kind is named after: Podman. */
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
  /** Image references whose presence is asked. */
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
  /** What the bytes are made of, where pulls may share it: layers by their ids. */
  readonly parts?: ReadonlyMap<string, Amount>;
  /**
   * The text says it all; "cost" tells what will be taken, before it is, and "trouble" why something is tried again. Absent:
   * bytes of one of several pulls.
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
  /** Container names or ids; each line says its service. */
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
  /** Its standard input, to its end; a command that ends before has had enough. What it throws is thrown. */
  readonly stdin?: AsyncIterable<Uint8Array>;
  /** Takes standard output as it comes, in pieces; `output` then holds standard error alone. */
  onStdout?(piece: Uint8Array): Promise<void> | void;
}

export interface ExecResult {
  readonly exitCode: number;
  /** Both streams, as they came, cut at 64 KiB. */
  readonly output: string;
}

/** The database's data, where the engine carries none of its programs (psql, pg_dumpall) to reach through `exec`. */
export interface LocalDatabase {
  /** Stops and starts the server; no log-in is needed. */
  setPassword(
    container: string,
    login: { readonly user: string; readonly password: string },
    signal: AbortSignal,
  ): Promise<void>;
  /** Writes a whole copy of the data, a gzipped tar that only its owner may read; returns its size in bytes. */
  save(container: string, file: string, signal: AbortSignal): Promise<number>;
  /** Puts such a copy in the place of the data; what was there stays until the copy is whole. */
  restore(container: string, file: string, signal: AbortSignal): Promise<void>;
}

/**
 * What runs services. Everything foreign is translated to GoatError inside. Who holds a port, memory and volume sizes only
 * decorate an answer: ask for them by `decoration`, so that an engine that cannot tell does not fail it.
 */
export interface Engine extends AsyncDisposable {
  readonly kind: "docker" | "embedded";
  /** Throws engine-unreachable, engine-remote. */
  probe(signal: AbortSignal): Promise<EngineInfo>;
  readonly localDatabase?: LocalDatabase;
  /** The stack as this engine runs it: what stands in an image's place is named here. Pure. */
  fit(stack: StackSpec): StackSpec;
  /** Refuses before anything starts. */
  supports(service: ServiceSpec): { readonly ok: true } | { readonly ok: false; readonly reason: string };
  observe(request: ObserveRequest, signal: AbortSignal): Promise<ObservedStack>;
  /** The names of all stacks of which goat-dev made a part that is still there, in order. */
  stacks(signal: AbortSignal): Promise<readonly string[]>;
  /** One operation is one engine call; what is already so is success (starting a started container, removing an absent one). */
  apply(operation: Operation, io: ApplyIo): Promise<void>;
  /** Ends quietly when the signal fires. `ready` is called once changes cannot be missed any more. */
  changes(stack: string, options: { readonly signal: AbortSignal; ready?(): void }): AsyncIterable<ServiceChange>;
  /** Lines of several containers, merged by time when not following. */
  logs(options: LogOptions): AsyncIterable<LogLine>;
  exec(container: string, command: readonly string[], signal: AbortSignal, options?: ExecOptions): Promise<ExecResult>;
  /** Whoever publishes this TCP port of the host through the engine, in words ("container web-1 of shop"); null for nobody. */
  portHolder(port: number, signal: AbortSignal): Promise<string | null>;
  /** Container -> resident bytes, for those that run. */
  memory(containers: readonly string[], signal: AbortSignal): Promise<Readonly<Record<string, number>>>;
  /** Volume name -> bytes; null where the engine cannot say. */
  volumeSizes(volumes: readonly string[], signal: AbortSignal): Promise<Readonly<Record<string, number | null>>>;
}
