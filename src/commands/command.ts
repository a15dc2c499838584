import type { Readable, Writable } from "node:stream";
import type { App } from "../app/app.ts";
import { exitCodeOf } from "../errors/catalog.ts";

/** A command: what can be typed, what it calls, and its report as text. The app is loaded only when `call` runs. */
export interface Command<R> extends Described {
  /** Loads the app's function and calls it with what was typed, as plain data. */
  call(typed: Typed, app: App, terminal: Terminal): Promise<R>;
  /**
   * The report as text for people, on stdout; empty where it is for programs alone. Absent, or null, where the answers
   * were printed one by one, each a document of its own with --json.
   */
  text?(report: R, typed: Typed, reader: Reader): string | null | Promise<string | null>;
  /** A notice that follows the text and is no part of the result; null for none. */
  remark?(report: R): string | null;
  /** 0 where absent. */
  exitCode?(report: R): number;
  readonly subcommands?: readonly AnyCommand[];
}

/** A command that cannot be called itself and only holds subcommands, such as `db`. */
interface CommandGroup extends Described {
  readonly subcommands: readonly AnyCommand[];
}

export type AnyCommand = Runnable | CommandGroup;

export type Runnable = Command<unknown>;

/** Makes `call`, `text`, `remark` and `exitCode` agree on one type of report. */
export function command<R>(described: Command<R>): Command<R> {
  return described;
}

interface Described {
  readonly name: string;
  readonly summary: string;
  /** In commander's form: "[service...]". */
  readonly arguments?: string;
  /** The values of its first argument, for shell completion. */
  readonly choices?: readonly string[];
  /** True where everything from the first argument on belongs to another program, options included. */
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
  /** The values that it can take, for shell completion. */
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

/** What a command gets beside the app: standard input and output, and this process's signals. */
export interface Terminal {
  /** All of standard input; null where that is a terminal. */
  readInput(): Promise<string | null>;
  /** Signals go to `take`, in place of ending this process, until the returned function is called. */
  takeSignals(take: (signal: NodeJS.Signals) => void): () => void;
  /** True where a standard stream is a terminal: Ctrl-C there sends a signal to every program in the foreground. */
  readonly onTerminal: boolean;
  /** The raw streams, for a command that speaks a protocol with the program at their other end. */
  readonly streams: { stdin(): Readable; readonly stdout: Writable };
  /** True where stdout is for data alone: --json, --json-stream. */
  readonly isData: boolean;
  /** The terminal's width in characters; null where stdout is no terminal. */
  readonly columns: number | null;
}

/** 130 after Ctrl-C, the usual end of following and watching: no error is printed, but a script sees the status. */
export function exitWhenInterrupted({ interrupted }: { readonly interrupted: boolean }): number {
  return interrupted ? exitCodeOf("interrupted") : 0;
}

/** What the text depends on beside the report: the reader's machine, terminal and time. */
export interface Reader {
  readonly cwd: string;
  readonly home: string;
  readonly platform: NodeJS.Platform;
  readonly now: Date;
  /** The terminal's width in characters; null where stdout is no terminal. */
  readonly columns: number | null;
}
