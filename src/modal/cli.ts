import type { ErrorCode } from "../errors/catalog.ts";
import { deadline } from "../platform/deadline.ts";
import { type RunResult, run } from "../platform/process.ts";
import { cliMissing, explain, notWithin, type Question } from "./failures.ts";

/** How Modal is asked: through its own command-line program, by nothing else. */
export interface ModalCli {
  readonly environment: string;
  /** Runs the CLI and returns its standard output. Throws the error that its output stands for where it fails. */
  ask(request: ModalRequest): Promise<string>;
}

interface ModalRequest {
  readonly args: readonly string[];
  /** Milliseconds that the CLI may take; no limit where left out. */
  readonly limitMs?: number;
  /** Variables beside the shell's. */
  readonly variables?: Readonly<Record<string, string>>;
  /** An open file as its standard input. */
  readonly inputFd?: number;
  /** The error code for a failure with unknown output; modal-refused where left out. */
  readonly otherwise?: ErrorCode;
  /** Whole lines, as they come. */
  onLine?(line: string, stream: "stdout" | "stderr"): void;
}

export interface ModalWorld {
  readonly shell: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** The Modal environment. */
  readonly environment: string;
  readonly signal: AbortSignal;
}

type Program = readonly [string, ...string[]];

/** Variables that make the CLI print whole lines in UTF-8 without colours, whatever the user's shell sets. */
const manners = { COLUMNS: "200", NO_COLOR: "1", PYTHONIOENCODING: "utf-8", PYTHONUNBUFFERED: "1", TERM: "dumb" };

/** Only the program in GOAT_DEV_MODAL where that is set; else `modal`, else `python3 -m modal`. Runs nothing yet. */
export function openModal(world: ModalWorld): ModalCli {
  const named = world.shell["GOAT_DEV_MODAL"];
  const programs: readonly Program[] = named ? [[named]] : [["modal"], ["python3", "-m", "modal"]];
  let settled: readonly Program[] = programs;
  const start = async (request: ModalRequest, signal: AbortSignal): Promise<RunResult> => {
    const tried: string[] = [];
    for (const program of settled) {
      const result = await runOnce(program, request, world, signal);
      if (result.startError === null) {
        settled = [program];
        return result;
      }
      tried.push(`${program.join(" ")}: ${result.startError === "ENOENT" ? "not found" : result.startError}`);
    }
    throw cliMissing(named ? `GOAT_DEV_MODAL is ${tried.join(", ")}` : tried.join(", "));
  };
  return {
    environment: world.environment,
    ask: async (request) => {
      const question: Question = {
        command: `modal ${request.args.join(" ")}`,
        environment: world.environment,
      };
      const result = await within(request.limitMs, world.signal, question, (signal) => start(request, signal));
      if (result.exitCode === 0) return result.stdout;
      throw explain(`${result.stdout}\n${result.stderr}`, question, request.otherwise ?? "modal-refused");
    },
  };
}

async function runOnce(
  [command, ...before]: Program,
  request: ModalRequest,
  { shell, cwd }: ModalWorld,
  signal: AbortSignal,
): Promise<RunResult> {
  const lines = createLines(request.onLine);
  const inherited = Object.entries(shell).flatMap(([name, value]) =>
    value === undefined || name === "FORCE_COLOR" ? [] : [[name, value] as const],
  );
  const result = await run(command, [...before, ...request.args], {
    env: { ...Object.fromEntries(inherited), ...manners, ...request.variables },
    cwd,
    signal,
    ...(request.inputFd === undefined ? {} : { inputFd: request.inputFd }),
    onData: lines.take,
  });
  lines.end();
  return result;
}

/** Pieces of any size in, whole lines out. */
function createLines(onLine: ModalRequest["onLine"] = () => {}) {
  const rest = { stdout: "", stderr: "" };
  return {
    take: (stream: "stdout" | "stderr", text: string): void => {
      const lines = (rest[stream] + text).split(/\r?\n|\r/);
      rest[stream] = lines.pop() ?? "";
      for (const line of lines) onLine(line, stream);
    },
    end: (): void => {
      for (const stream of ["stdout", "stderr"] as const) if (rest[stream] !== "") onLine(rest[stream], stream);
    },
  };
}

async function within<T>(
  limitMs: number | undefined,
  signal: AbortSignal,
  question: Question,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (limitMs === undefined) return work(signal);
  using limit = deadline(signal, limitMs);
  try {
    return await work(limit.signal);
  } catch (error) {
    if (limit.isOver()) throw notWithin(question, limitMs);
    throw error;
  }
}
