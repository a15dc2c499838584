import type { Readable, Writable } from "node:stream";
import type { App } from "../app/app.ts";
import { exitCodeOf } from "../errors/catalog.ts";

/** A command: what can be typed, what it calls, and how the report reads. Nothing else of it is loaded before it is called. */
export interface Command<R> extends Described {
  /** Loads the app's function and calls it with what was typed, as plain data. */
  call(typed: Typed, app: App, terminal: Terminal): Promise<R>;
  /** How the report reads for people, on stdout. Absent, or null, where all that is to be said has gone out line by line. */
  text?(report: R, typed: Typed, reader: Reader): string | null | Promise<string | null>;
  /** A remark after it, beside stdout; null for none. */
  remark?(report: R): string | null;
  /** 0 where absent. */
  exitCode?(report: R): number;
  readonly subcommands?: readonly AnyCommand[];
}

/** What cannot be called itself, such as `db`, is there for its subcommands. */
interface CommandGroup extends Described {
  readonly subcommands: readonly AnyCommand[];
}

export type AnyCommand = Runnable | CommandGroup;

export type Runnable = Command<unknown>;

/** Fixes what a command's call and its text have in common. */
export function command<R>(described: Command<R>): Command<R> {
  return described;
}

interface Described {
  readonly name: string;
  readonly summary: string;
  /** In commander's form: "[service...]". */
  readonly arguments?: string;
  /** What its first argument may be, for the shell to offer. */
  readonly choices?: readonly string[];
  /** From its first argument on, nothing that was typed is goat-dev's: options belong to another program. */
  readonly passThrough?: boolean;
  readonly options: readonly OptionSpec[];
  /** Whole command lines with what they do. */
  readonly examples: readonly (readonly [string, string])[];
}

export interface OptionSpec {
  /** In commander's form: "-f, --file <path>". */
  readonly flags: string;
  readonly description: string;
  /** May be given several times. */
  readonly repeats?: boolean;
  /** What its value may be, for the shell to offer. */
  readonly choices?: readonly string[];
}

/** What was typed, after parsing. */
export interface Typed {
  readonly args: readonly string[];
  /** True where a switch without a value was given. */
  flag(name: string): boolean;
  /** The value of an option; undefined where it was not given. */
  text(name: string): string | undefined;
  texts(name: string): readonly string[];
}

/** What a command line has beside the app: somebody's keys and pipes. */
export interface Terminal {
  /** All of standard input; null where that is a terminal. */
  readInput(): Promise<string | null>;
  /** From now on signals go to `take` and end nothing, until the returned function is called. */
  takeSignals(take: (signal: NodeJS.Signals) => void): () => void;
  /** True where a terminal is there, whose keys send signals to every program in front. */
  readonly onTerminal: boolean;
  /** The pipes themselves, for a program at their other end. */
  readonly streams: { stdin(): Readable; readonly stdout: Writable };
  /** True where stdout is for data alone: --json, --json-stream. */
  readonly isData: boolean;
  /** How wide the terminal is; null where a program reads. */
  readonly columns: number | null;
}

/** Ctrl-C is how following and watching end: there is nothing to tell, but a script sees it. */
export function exitWhenInterrupted({ interrupted }: { readonly interrupted: boolean }): number {
  return interrupted ? exitCodeOf("interrupted") : 0;
}

/** Who reads a text, and when: what it depends on beside the report. */
export interface Reader {
  readonly cwd: string;
  readonly home: string;
  readonly platform: NodeJS.Platform;
  readonly now: Date;
  /** How wide the terminal is; null where a program reads. */
  readonly columns: number | null;
}
