import type { PortSpec } from "./stack.ts";

/** What the engine says there is now. */
export interface ObservedStack {
  readonly name: string;
  readonly services: readonly ObservedService[];
  readonly networks: readonly ObservedNetwork[];
  readonly volumes: readonly ObservedVolume[];
  /** Image reference -> image id, for the references asked about; null where absent. */
  readonly images: Readonly<Record<string, string | null>>;
}

export interface ObservedService {
  readonly name: string;
  /** The engine's own id: a container id, or a process id with its start time. */
  readonly handle: string;
  /** The container's name, or what stands for it. */
  readonly container: string;
  readonly state: "created" | "running" | "restarting" | "paused" | "exited" | "dead";
  readonly health: "none" | "starting" | "healthy" | "unhealthy";
  readonly exitCode: number | null;
  readonly oomKilled: boolean;
  /** Why the engine could not start it, in the engine's words. */
  readonly startError: string | null;
  /** ISO time, or null if it never started. */
  readonly startedAt: string | null;
  readonly restartCount: number;
  readonly image: string;
  readonly imageId: string;
  /** Field -> short hash, as written when goat-dev made it; null when something else made it. */
  readonly fingerprint: Readonly<Record<string, string>> | null;
  /** Compose's own hash of the configuration that it was made from. */
  readonly configHash?: string;
  /** Path -> content hash of mounted files when it was made. */
  readonly files: Readonly<Record<string, string>>;
  /** Files that changed since the service last loaded them; absent where the service does not report what it serves. */
  readonly stale?: readonly string[];
  /** Names of networks it is attached to. */
  readonly networks: readonly string[];
  readonly ports: readonly PortSpec[];
  /** Process id on this machine, where the engine runs plain processes. */
  readonly pid?: number;
  /** The process group of its last process, with whatever processes that one left behind. */
  readonly group?: number;
  /** `postgres:5432` -> the port of this machine that it was told to use instead; absent where the name resolves. */
  readonly peers?: Readonly<Record<string, number>>;
  /** True for a container of `docker compose run`, which is never touched. */
  readonly oneOff: boolean;
  readonly origin: Origin | null;
}

/** The project that a container or volume was made from; `origin` is null where it does not carry that. */
export interface Origin {
  /** The folder that the Compose file's paths start from. */
  readonly folder: string;
  /** The first Compose file, where it is known. */
  readonly file: string | null;
}

export interface ObservedNetwork {
  readonly key: string;
  readonly name: string;
  readonly id: string;
  readonly fingerprint: string | null;
}

export interface ObservedVolume {
  readonly key: string;
  readonly name: string;
  /** ISO time. */
  readonly createdAt: string | null;
  /** What it was made with; absent where the engine does not say. */
  readonly made?: { readonly driver: string; readonly options: Readonly<Record<string, string>> };
  readonly labels: Readonly<Record<string, string>>;
  readonly origin: Origin | null;
}

/** The drift that is reported of a container that goat-dev did not make. */
export const madeByCompose = "made by docker compose";
