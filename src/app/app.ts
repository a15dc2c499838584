import type { Engine, EngineInfo } from "../engine/engine.ts";
import type { Emit } from "../events/events.ts";
import type { Secret } from "../events/redact.ts";
import type { StackSpec } from "../model/stack.ts";
import type { Clock } from "../platform/clock.ts";
import type { EngineKind } from "../project/settings.ts";

/** What one run of goat-dev has, whichever face asks: the machine around it, the user's global options, and the way out. */
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
  /** Progress, notices and logs; an answer is returned. */
  readonly emit: Emit;
  /** Null where nobody can answer. */
  readonly ask: Ask | null;
  readonly options: ProjectOptions;
  /** Values that must never be shown. */
  addSecrets(secrets: readonly Secret[]): void;
  /** A text as it would be shown: with `[NAME]` where a secret stands. */
  redact(text: string): string;
  /** Words that stay readable although a secret equals them. */
  revealWords(words: readonly string[]): void;
  /** Each kind is opened once. Throws engine-unreachable. */
  openEngine(request: EngineRequest): Promise<OpenedEngine>;
}

/** Questions to a person. They throw interrupted where the person leaves. */
export interface Ask {
  select(message: string, choices: readonly { readonly value: string; readonly label: string }[]): Promise<string>;
  secret(message: string): Promise<string>;
  input(message: string): Promise<string>;
  confirm(message: string, initial: boolean): Promise<boolean>;
}

/** Which project is meant, and what it is to run on; undefined or empty where nobody said. */
export interface ProjectOptions {
  /** Compose files. */
  readonly files: readonly string[];
  readonly envFiles: readonly string[];
  readonly projectName: string | undefined;
  /** This checkout's own stack, by name or `auto`; absent leaves it to .env, and to what is kept. */
  readonly instance?: string;
  readonly profiles: readonly string[];
  /** As it was written: whether there is such an engine is checked where the settings are put together. */
  readonly engine: string | undefined;
  readonly dockerHost: string | undefined;
}

/** Which engine a stack is to run on. */
export interface EngineRequest {
  /** Asked for by a person. */
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
  /** Why it is this one, where nobody asked for it and nothing was recorded. */
  readonly reason: string | null;
}
