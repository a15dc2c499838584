import type { Engine, EngineInfo } from "../engine/engine.ts";
import type { Emit } from "../events/events.ts";
import type { StackSpec } from "../model/stack.ts";
import type { Clock } from "../platform/clock.ts";
import type { EngineKind } from "../project/settings.ts";

/** A question to a person; null in a Context where nobody can answer. */
export interface Ask {
  select(message: string, choices: readonly { readonly value: string; readonly label: string }[]): Promise<string>;
  secret(message: string): Promise<string>;
  input(message: string): Promise<string>;
  confirm(message: string, initial: boolean): Promise<boolean>;
}

export interface OptionSpec {
  /** In commander's form: "-f, --file <path>". */
  readonly flags: string;
  readonly description: string;
  /** May be given several times. */
  readonly repeats?: boolean;
}

/** What was typed, after parsing. */
export interface Input {
  readonly args: readonly string[];
  /** True where a switch without a value was given. */
  flag(name: string): boolean;
  /** The value of an option; undefined where it was not given. */
  text(name: string): string | undefined;
  texts(name: string): readonly string[];
}

/** Returns the exit status where it is not 0. Its answer goes out as a `result` event. */
export type Run = (input: Input, context: Context) => Promise<number | undefined>;

interface Described {
  readonly name: string;
  readonly summary: string;
  /** In commander's form: "[service...]". */
  readonly arguments?: string;
  /** From its first argument on, nothing that was typed is goat-dev's: options belong to another program. */
  readonly passThrough?: boolean;
  readonly options: readonly OptionSpec[];
  /** Whole command lines with what they do. */
  readonly examples: readonly (readonly [string, string])[];
}

export interface Runnable extends Described {
  load(): Promise<Run>;
  readonly subcommands?: readonly Command[];
}

/** What cannot run, such as `db`, is there for its subcommands. */
export type Command = Runnable | (Described & { readonly subcommands: readonly Command[] });

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

/** The world as a command sees it. */
export interface Context {
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
  readonly platform: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly emit: Emit;
  readonly ask: Ask | null;
  /** Global options. */
  readonly global: Input;
  /** All of standard input; null where that is a terminal. */
  readInput(): Promise<string | null>;
  /** From now on signals go to `take` and end nothing, until the returned function is called. */
  takeSignals(take: (signal: NodeJS.Signals) => void): () => void;
  /** True where a terminal is there, whose keys send signals to every program in front. */
  readonly onTerminal: boolean;
  /** Values that must never be shown. */
  addSecrets(secrets: readonly { readonly name: string; readonly value: string }[]): void;
  /** Words that stay readable although a secret equals them. */
  revealWords(words: readonly string[]): void;
  /** Each kind is opened once. Throws engine-unreachable. */
  engine(request: EngineRequest): Promise<OpenedEngine>;
}
