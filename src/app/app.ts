import type { Engine, EngineInfo } from "../engine/engine.ts";
import type { Emit } from "../events/events.ts";
import type { Secret } from "../events/redact.ts";
import type { StackSpec } from "../model/stack.ts";
import type { Clock } from "../platform/clock.ts";
import type { EngineKind } from "../project/settings.ts";

/** What a run of goat-dev works with, whichever face started it: the machine, the global options, the way to report. */
export interface App {
  readonly cwd: string;
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly pid: number;
  /** Node's own executable, for the example client. */
  readonly nodePath: string;
  readonly nodeVersion: string;
  /** Where this package lies: dev/, templates/, package.json. */
  readonly packageRoot: string;
  readonly version: string;
  readonly platform: NodeJS.Platform;
  readonly arch: string;
  /** -1 where the platform has none. */
  readonly uid: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** For progress, notices and logs; a function returns its result instead of emitting it. */
  readonly emit: Emit;
  /** Null where nobody can answer. */
  readonly ask: Ask | null;
  readonly options: ProjectOptions;
  /** Values that must never be shown. */
  addSecrets(secrets: readonly Secret[]): void;
  /** A text as it would be shown: with `[NAME]` where a secret stands. */
  redact(text: string): string;
  /** Registers words that are shown unmasked although a secret has the same value. */
  revealWords(words: readonly string[]): void;
  /** Docker is opened once in a run, plain processes once for each project. Throws engine-unreachable. */
  openEngine(request: EngineRequest): Promise<OpenedEngine>;
}

/** Questions to a person. Each throws interrupted where the person cancels it. */
export interface Ask {
  select(message: string, choices: readonly { readonly value: string; readonly label: string }[]): Promise<string>;
  secret(message: string): Promise<string>;
  input(message: string): Promise<string>;
  confirm(message: string, initial: boolean): Promise<boolean>;
}

/** The global options that choose the project and its engine; undefined or empty where they are not given. */
export interface ProjectOptions {
  /** Compose files. */
  readonly files: readonly string[];
  readonly envFiles: readonly string[];
  readonly projectName: string | undefined;
  /** This checkout's own instance, by name or `auto`; where absent, GOAT_DEV_INSTANCE or an earlier `up` decides. */
  readonly instance?: string;
  readonly profiles: readonly string[];
  /** As typed: `resolveSettings` checks that there is such an engine. */
  readonly engine: string | undefined;
  readonly dockerHost: string | undefined;
}

/** Which engine a stack is to run on. */
export interface EngineRequest {
  /** The engine that the settings ask for; null where they leave it open. */
  readonly wanted: EngineKind | null;
  /** What this project's stack was brought up on last. */
  readonly recorded: EngineKind | null;
  readonly dockerHost: string | null;
  readonly stack: StackSpec;
  /** The project's `.goat-dev`. */
  readonly stateDir: string;
}

export interface OpenedEngine {
  readonly engine: Engine;
  readonly info: EngineInfo;
  /** Why plain processes were chosen although nothing asked for them; null in every other case. */
  readonly reason: string | null;
}
