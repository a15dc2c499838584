/** What the Compose file asks for, as pure data. Everything here is resolved: no variables, absolute paths. */

import type { BuildSpec } from "./build.ts";
import type { ContainerSettings } from "./container.ts";

export type Role = "database" | "tracing" | "gateway" | "other";

export interface StackSpec {
  /** The project's name, as Compose would say it. */
  readonly name: string;
  /** The folder relative paths in the Compose file start from. */
  readonly workingDir: string;
  readonly configFiles: readonly string[];
  readonly environmentFiles: readonly string[];
  /** In the file's order; services switched off by a profile are left out. */
  readonly services: readonly ServiceSpec[];
  readonly networks: readonly NetworkSpec[];
  readonly volumes: readonly VolumeSpec[];
}

export interface ServiceSpec {
  readonly name: string;
  readonly role: Role;
  readonly run: RunSpec;
  readonly environment: Readonly<Record<string, string>>;
  readonly ports: readonly PortSpec[];
  /** Bind-mounted files and folders of this project, with a hash of their content: a changed config is drift. */
  readonly files: readonly MountedFile[];
  readonly ready: ReadinessSpec;
  readonly readyTimeoutMs: number;
  readonly stopSignal: string | null;
  readonly stopGraceMs: number | null;
  readonly dependsOn: readonly Dependency[];
  /** Absent where it has to be recreated or restarted to read changed files. */
  readonly reload?: ReloadSpec;
}

/**
 * How a service takes over changed files while it runs, as LiteLLM's launcher does. It says at `servedPath` what it
 * serves.
 */
export interface ReloadSpec {
  /** Run in its container, with `reload` or `status` as last argument; prints one JSON document. */
  readonly command: readonly string[];
  /** Inside the container. */
  readonly files: readonly string[];
  /** Variables that it takes over as well. */
  readonly environment: readonly string[];
}

/** A GET at the service's first published port answers { files: { path: SHA-256 } } */
export const servedPath = "/goat-dev/served";

/** Where LiteLLM says whether it is ready, and whether its database is connected. */
export const readinessPath = "/health/readiness";

/** Where Langfuse, or the trace recorder, says what it is, and whether its database answers. */
export const tracingHealthPath = "/api/public/health?failIfDatabaseUnavailable=true";

export interface Dependency {
  readonly service: string;
  readonly until: "started" | "ready" | "completed";
  /** Compose's `restart: true`: recreate this service when the dependency is recreated. */
  readonly restart: boolean;
  /** Compose's `required: false`: a failed or absent dependency does not stop this service. */
  readonly required: boolean;
  /** Both start at once, since this service waits for the other by itself; it still stops before the other. */
  readonly beside?: true;
}

/** How each engine runs a service; an engine that cannot run it refuses it before anything starts. */
interface RunSpec {
  readonly docker?: ContainerSpec;
  readonly embedded?: EmbeddedRecipe;
}

export interface EmbeddedRecipe {
  /** The name of a runtime, such as command; absent means the runtime for services of this role. */
  readonly recipe?: string;
  /** Run as it is written, by the recipe `command`. */
  readonly command?: readonly string[];
  /** False where a service that can use the stack's database must not use it. */
  readonly database?: boolean;
}

export interface ContainerSpec extends ContainerSettings {
  readonly image: string;
  /** How the image is made where there is none. */
  readonly build?: BuildSpec;
  readonly platform?: string;
  readonly pullPolicy: "missing" | "always" | "never" | "build";
  readonly command?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly containerName?: string;
  readonly hostname?: string;
  readonly user?: string;
  readonly workingDir?: string;
  readonly init?: boolean;
  readonly tty?: boolean;
  readonly stdinOpen?: boolean;
  readonly privileged?: boolean;
  readonly readOnly?: boolean;
  readonly mounts: readonly Mount[];
  readonly networks: readonly NetworkAttachment[];
  /** Ports that are exposed to other containers only. */
  readonly expose: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  /** Variables that the container is not to have, even where the image has them. */
  readonly unset?: readonly string[];
  readonly healthCheck?: HealthCheck;
  readonly restart: RestartPolicy;
}

export interface RestartPolicy {
  readonly name: "no" | "always" | "on-failure" | "unless-stopped";
  readonly maxRetries?: number;
}

export type HealthCheck =
  | { readonly disabled: true }
  | {
      readonly disabled: false;
      /** Docker's form: ["CMD", …], ["CMD-SHELL", "…"]; absent means the image's own. */
      readonly test?: readonly string[];
      readonly intervalMs?: number;
      readonly timeoutMs?: number;
      readonly startPeriodMs?: number;
      readonly startIntervalMs?: number;
      readonly retries?: number;
    };

export type Mount =
  | {
      readonly kind: "bind";
      readonly source: string;
      readonly target: string;
      readonly readOnly: boolean;
      readonly propagation?: string;
      /** True where Compose creates a missing host path (short syntax); goat-dev does so only for a folder's name. */
      readonly createHostPath: boolean;
    }
  | {
      readonly kind: "volume";
      /** Key in the stack's volumes. */
      readonly volume: string;
      readonly target: string;
      readonly readOnly: boolean;
      readonly noCopy?: boolean;
    }
  | { readonly kind: "anonymous"; readonly target: string; readonly readOnly: boolean; readonly noCopy?: boolean }
  | {
      readonly kind: "tmpfs";
      readonly target: string;
      readonly sizeBytes?: number;
      readonly mode?: number;
      /** Mount options as the kernel takes them, in place of size and mode. */
      readonly options?: string;
    };

export interface MountedFile {
  /** As messages show it: relative to the project's root where it is inside. */
  readonly path: string;
  readonly source: string;
  readonly target: string;
  readonly hash: string;
  /** SHA-256 of a file that goat-dev itself writes before the service reads it; absent for a user's file. */
  readonly ownHash?: string;
  /** When a file was last written; folders have none. */
  readonly modifiedMs?: number;
}

export interface PortSpec {
  readonly hostIp: string;
  /** Null lets the engine choose. */
  readonly host: number | null;
  /** `8000-8010`: what the engine may choose from. */
  readonly hostRange?: string;
  readonly container: number;
  readonly protocol: "tcp" | "udp";
}

export interface NetworkAttachment {
  /** Key in the stack's networks. */
  readonly network: string;
  readonly aliases: readonly string[];
  readonly ipv4Address?: string;
  readonly ipv6Address?: string;
}

export interface NetworkSpec {
  readonly key: string;
  /** The engine's name, such as goat_default. */
  readonly name: string;
  readonly external: boolean;
  readonly driver?: string;
  readonly driverOptions: Readonly<Record<string, string>>;
  readonly internal: boolean;
  readonly attachable: boolean;
  readonly enableIpv6: boolean;
  /** Absent leaves addresses to the engine. */
  readonly ipam?: Ipam;
  readonly labels: Readonly<Record<string, string>>;
}

export interface Ipam {
  readonly driver?: string;
  readonly options: Readonly<Record<string, string>>;
  readonly config: readonly {
    readonly subnet?: string;
    readonly gateway?: string;
    readonly ipRange?: string;
    readonly auxAddresses?: Readonly<Record<string, string>>;
  }[];
}

export interface VolumeSpec {
  readonly key: string;
  /** The engine's name, such as goat_postgres-data. */
  readonly name: string;
  readonly external: boolean;
  readonly driver?: string;
  readonly driverOptions: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
}

/** An answer after which waiting is useless: this HTTP status, while the service's log contains this text. */
interface Hopeless {
  readonly status: number;
  readonly log: string;
  readonly reason: "known-secret";
}

/** What "ready" means for a service; ports are the host's. */
export type ReadinessSpec =
  | { readonly kind: "running"; readonly forMs: number }
  | { readonly kind: "engine-health" }
  /** `limitMs`: how long the command may take. */
  | { readonly kind: "exec"; readonly command: readonly string[]; readonly limitMs?: number }
  | { readonly kind: "tcp"; readonly host: string; readonly port: number }
  | {
      readonly kind: "http";
      readonly host: string;
      readonly port: number;
      readonly path: string;
      readonly status: number;
      /** The value that a field of the JSON answer must have, where the answer has that field. */
      readonly says?: { readonly field: string; readonly value: string };
      readonly hopeless?: Hopeless;
    }
  | {
      readonly kind: "postgres";
      readonly host: string;
      readonly port: number;
      readonly user: string;
      readonly password: string;
      readonly database: string;
    }
  | { readonly kind: "log"; readonly pattern: string }
  | { readonly kind: "exit"; readonly code: number }
  | { readonly kind: "all" | "any"; readonly of: readonly ReadinessSpec[] };
