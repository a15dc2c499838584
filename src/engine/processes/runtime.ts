import type { PortSpec, Role, ServiceSpec, StackSpec } from "../../model/stack.ts";
import type { ApplyIo, LocalDatabase } from "../engine.ts";

/** A service as plain processes see it: addresses and mounted paths are this machine's own. */
export interface LocalService {
  readonly service: string;
  readonly container: string;
  readonly command: readonly string[];
  /** What the Compose file sets; nothing of the shell. */
  readonly environment: Readonly<Record<string, string>>;
  readonly ports: readonly PortSpec[];
  /** `target` is the path inside a container, `path` the one on this machine. */
  readonly mounts: readonly { readonly target: string; readonly path: string; readonly kind: "bind" | "volume" }[];
  readonly workingDir: string;
  /** Its `*.log` files are what `logs` reads; `console.log` takes what the process prints. */
  readonly logFolder: string;
}

/** What is started: a program without a shell, in a process group of its own. */
export interface Launch {
  readonly command: readonly [string, ...string[]];
  readonly environment: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Where the Compose file names none. */
  readonly stopSignal: NodeJS.Signals;
  /** Whom to run it as; absent means whoever runs goat-dev. */
  readonly user?: { readonly uid: number; readonly gid: number };
}

/** What a runtime may ask of the engine, for work that needs its service stopped and started again. */
export interface ServiceControl {
  /** Throws engine-refused where there is no such container. */
  local(container: string): LocalService;
  isRunning(container: string): Promise<boolean>;
  start(container: string, signal: AbortSignal): Promise<void>;
  stop(container: string, signal: AbortSignal): Promise<void>;
}

/** How one product runs without a container engine; this is all that the engine knows about the product. */
export interface Runtime {
  /** What the Compose file calls it: x-goat: { embedded: { recipe: <name> } } */
  readonly name: string;
  /** Services of this role run this way where the file says nothing else. */
  readonly role?: Role;
  /** What stands in the image's place: "postgres 16.14 (local)". */
  image(service: ServiceSpec): string;
  /** Why this service cannot run this way; null where it can. */
  refuse(service: ServiceSpec): string | null;
  /** The id of what is installed; null where it is missing or incomplete. Called often, so it has to be cheap. */
  installed(): Promise<string | null>;
  /** Throws runtime-unavailable, disk-full. Tells how much it will download or store before it does. */
  install(io: ApplyIo): Promise<void>;
  /** The service as it runs without a container: which services it waits for, what it does without. */
  fit?(service: ServiceSpec, stack: StackSpec): ServiceSpec;
  /** Computed anew at each start. */
  launch(local: LocalService): Launch;
  /** Before each start: data folders, first-time set-up. What is already so is success. */
  prepare?(local: LocalService, signal: AbortSignal): Promise<void>;
  /** For a database: access to its data without the client programs that its image would bring. */
  localDatabase?(control: ServiceControl): LocalDatabase;
}

/** The machine as runtimes see it. */
export interface Machine {
  /** The folder of what is installed, shared by all projects of this user. */
  readonly cache: string;
  readonly packageRoot: string;
  readonly nodePath: string;
  readonly version: string;
  /** The environment of the user's shell. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly platform: NodeJS.Platform;
  readonly arch: string;
  /** The user's id; 0 for root, -1 where the platform has none. */
  readonly uid: number;
  /** goat-dev's own, for locks. */
  readonly pid: number;
}
