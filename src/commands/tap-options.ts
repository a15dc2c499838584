import type { ProgramInput, RunReport } from "../app/programs/program.ts";
import type { WrittenOptions } from "../app/programs/tap-input.ts";
import { exitCodeOf } from "../errors/catalog.ts";
import type { OptionSpec, Terminal, Typed } from "./command.ts";

/** What `run` and `replay` can do with a program's calls. */
export const sharedTapOptions: readonly OptionSpec[] = [
  {
    flags: "--bill [how]",
    description: "say at the end what the calls came to; --bill=table by model",
    choices: ["table"],
  },
  { flags: "--bill-file <path>", description: "write it as JSON" },
  { flags: "--show", description: "say of each call how it went, as it ends" },
  {
    flags: "--fault <fault>",
    description:
      "let calls fail: 429:20%, 500, latency=2s..5s, cut:10%, timeout, garbage, model=NAME,503 (again for more)",
    repeats: true,
  },
  { flags: "--seed <number>", description: "chooses which calls fail: the same number, the same calls" },
  { flags: "--anthropic", description: "with ANTHROPIC_BASE_URL and ANTHROPIC_AUTH_TOKEN too" },
];

export const tapOptions: readonly OptionSpec[] = [
  { flags: "--max-cost <dollars>", description: "refuse the call that would go over; then exit 6" },
  { flags: "--max-calls <number>", description: "the same, by calls" },
  { flags: "--max-tokens <number>", description: "the same, by tokens: 100k" },
  { flags: "--record <cassette>", description: "keep each call and its answer in a file, for goat-dev replay" },
  {
    flags: "--ignore <field>",
    description: "of a recorded request, a field that does not count: user, messages.*.name (again for more)",
    repeats: true,
  },
  ...sharedTapOptions,
];

/** Where a program's output and signals go: with --json to stderr, since stdout is for goat-dev's own document. */
export function programTerminal({ isData, onTerminal, takeSignals }: Terminal): ProgramInput["terminal"] {
  return { stdout: isData ? "to-stderr" : "inherit", onTerminal, takeSignals };
}

/** These options as they were typed: long name without dashes -> value; undefined where not given. */
export function writtenIn(typed: Typed, options: readonly OptionSpec[]): WrittenOptions {
  const entries = options.map(({ flags, repeats }) => {
    const name = /^--([\w-]+)/.exec(flags)?.[1] ?? flags;
    const key = name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
    if (repeats === true) return [name, typed.texts(key).length === 0 ? undefined : typed.texts(key)] as const;
    return [name, typed.text(key) ?? (typed.flag(key) || undefined)] as const;
  });
  return Object.fromEntries(entries);
}

/**
 * The program's exit status. The tap's verdict replaces it where the program ended with 0, and always where a replay
 * lacked a call.
 */
export function exitCodeOfRun({ exitCode, tap }: RunReport): number {
  const code = tap?.verdict?.code;
  if (code === undefined) return exitCode;
  return exitCode === 0 || code === "call-not-recorded" ? exitCodeOf(code) : exitCode;
}
