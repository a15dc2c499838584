import type { ApplyIo, Progress } from "../../engine/engine.ts";
import type { Machine } from "../../engine/processes/runtime.ts";
import { type Fix, GoatError } from "../../errors/goat-error.ts";
import { type RunResult, run } from "../../platform/process.ts";
import { diskFull, saysDiskFull } from "../disk.ts";
import type { Place } from "./installation.ts";
import { plainEnv } from "./python.ts";

export interface Work {
  readonly machine: Machine;
  readonly place: Place;
  readonly io: ApplyIo;
  /** "litellm 1.103.7" */
  readonly title: string;
  /** Bytes of disk space that the installation needs. */
  readonly neededBytes: number;
}

interface ToolOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly read?: ReadProgress;
}

/** Reads the progress from a line of an installer's output; null where the line tells nothing new. */
type ReadProgress = (line: string) => Progress | null;

/** Runs an installer with the cache as its working folder, so that no project's settings reach it. */
export function runTool(work: Work, command: readonly string[], options: ToolOptions = {}): Promise<RunResult> {
  const [program = "", ...args] = command;
  const take = byLine((line) => {
    const progress = options.read?.(line) ?? null;
    if (progress !== null) work.io.progress(progress);
  });
  return run(program, args, {
    env: { ...plainEnv(work.machine.env), PIP_DISABLE_PIP_VERSION_CHECK: "1", PIP_NO_INPUT: "1", ...options.env },
    cwd: work.machine.cache,
    signal: work.io.signal,
    onData: (_, text) => take(text),
  });
}

/** Runs an installer as runTool does. Throws runtime-unavailable or disk-full where it fails. */
export async function needTool(work: Work, command: readonly string[], options: ToolOptions = {}): Promise<void> {
  const result = await runTool(work, command, options);
  if (result.exitCode === 0) return;
  throw installFailure(work.title, work.machine.cache, work.neededBytes, result);
}

const unreachable =
  /dns error|failed to lookup|name resolution|name or service not known|connection refused|network is unreachable|error sending request|NewConnectionError|timed out|tcp connect error/i;

const networkFix: Fix = {
  command: "pip config list",
  effect: "shows the mirror and certificates in use; then run the same command again",
};

/** The error for an installer that failed: disk-full or runtime-unavailable. */
export function installFailure(title: string, folder: string, needed: number, result: RunResult): GoatError {
  const lines = linesOf(result);
  const evidence = lines.slice(-8);
  if (lines.some(saysDiskFull)) return diskFull(folder, needed, evidence);
  const foreign = mismatchedPackage(lines);
  if (foreign !== null) {
    const text = `${foreign} from the package index does not have the hash of goat-dev's lock: it was not installed`;
    return new GoatError("runtime-unavailable", text, {
      evidence,
      fixes: [{ command: "pip config list", effect: "shows which index or mirror sent it" }],
    });
  }
  if (lines.some((line) => unreachable.test(line))) {
    return new GoatError("runtime-unavailable", `${title} cannot be fetched: the package index does not answer`, {
      evidence,
      fixes: [networkFix],
    });
  }
  const how = result.startError ?? result.endedBy ?? `exit status ${result.exitCode}`;
  const said = lines.at(-1);
  return new GoatError("runtime-unavailable", `${title} cannot be installed: ${said ?? how}`, {
    evidence,
    fixes: [networkFix],
  });
}

const colour = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, "g");

function linesOf({ stdout, stderr }: Pick<RunResult, "stdout" | "stderr">): readonly string[] {
  return `${stdout}\n${stderr}`
    .replace(colour, "")
    .split(/\r?\n/)
    .map((line) => hidden(line.trim()))
    .filter((line) => line !== "" && !/^\[notice\]|^WARNING: You are using pip/.test(line));
}

function hidden(text: string): string {
  return text.replace(/(\/\/)[^/@\s]+@/g, "$1***@");
}

const mismatch = /hash(?:es)? mismatch|do not match the hashes|doesn't match|none of the hashes/i;

/** The package whose file does not match the lock's hash; null where the installer did not say that. */
function mismatchedPackage(lines: readonly string[]): string | null {
  const at = lines.findIndex((line) => mismatch.test(line));
  if (at < 0) return null;
  const [, quoted] = /mismatch for `([^`]+)`/i.exec(lines[at] ?? "") ?? [];
  if (quoted !== undefined) return quoted;
  // pip lists them below: "    idna==3.7 from https://… (from -r litellm.lock (line 3)):"
  const listed = lines.slice(at + 1).map((line) => /^([A-Za-z0-9._-]+==[^\s;]+|\S+\.whl) ?/.exec(line)?.[1]);
  return listed.find((name) => name !== undefined) ?? "a package";
}

/** Progress from uv's output, which names each large package when its download begins and ends. */
export function readUv(title: string): ReadProgress {
  const sizes = new Map<string, number>();
  let done = 0;
  const total = (): number => [...sizes.values()].reduce((sum, size) => sum + size, 0);
  return (line) => {
    const [, fetching, number, unit] = /^\s*Downloading (\S+) \(([\d.]+)\s?(B|KiB|MiB|GiB)\)/.exec(line) ?? [];
    const [, fetched] = /^\s*Downloaded (\S+)/.exec(line) ?? [];
    if (fetching !== undefined) sizes.set(fetching, bytesOf(number ?? "0", unit ?? "B"));
    if (fetched !== undefined) done += sizes.get(fetched) ?? 0;
    if (fetching !== undefined || fetched !== undefined) {
      return { text: `${title}: fetching packages`, current: done, total: total() };
    }
    const [, prepared] = /^Prepared (\d+) packages?/.exec(line) ?? [];
    if (prepared !== undefined) return { text: `${title}: unpacking ${prepared} packages` };
    const [, installed] = /^Installed (\d+) packages?/.exec(line) ?? [];
    return installed === undefined ? null : { text: `${title}: compiling ${installed} packages` };
  };
}

const units: Readonly<Record<string, number>> = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 };

function bytesOf(number: string, unit: string): number {
  return Math.round(Number(number) * (units[unit] ?? 1));
}

/** pip names every package as it comes to it. */
export function readPip(title: string, packages: number): ReadProgress {
  let ignored = 0;
  let count = 0;
  return (line) => {
    if (line.startsWith("Ignoring ")) ignored += 1;
    if (line.startsWith("Installing collected packages")) return { text: `${title}: unpacking ${count} packages` };
    if (!line.startsWith("Collecting ")) return null;
    count += 1;
    return { text: `${title}: fetching package ${count} of ${Math.max(count, packages - ignored)}` };
  };
}

/** Turns output in pieces of any size into whole lines. */
export function byLine(take: (line: string) => void): (text: string) => void {
  let rest = "";
  return (text) => {
    const lines = (rest + text).split(/\r\n|\r|\n/);
    rest = lines.pop() ?? "";
    for (const line of lines) take(line);
  };
}
