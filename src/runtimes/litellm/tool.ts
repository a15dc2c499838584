import type { ApplyIo } from "../../engine/engine.ts";
import type { Machine } from "../../engine/processes/runtime.ts";
import { type RunResult, run } from "../../platform/process.ts";
import { installFailure } from "./failure.ts";
import type { Place } from "./installation.ts";
import { byLine, type ReadProgress } from "./progress.ts";
import { plainEnv } from "./python.ts";

export interface Work {
  readonly machine: Machine;
  readonly place: Place;
  readonly io: ApplyIo;
  /** "litellm 1.103.7" */
  readonly title: string;
  /** Bytes that are needed where it goes. */
  readonly neededBytes: number;
}

interface ToolOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly read?: ReadProgress;
}

/** Runs an installer in the cache, where no project's settings reach it. */
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

/** Throws runtime-unavailable, disk-full. */
export async function needTool(work: Work, command: readonly string[], options: ToolOptions = {}): Promise<void> {
  const result = await runTool(work, command, options);
  if (result.exitCode === 0) return;
  throw installFailure(work.title, work.machine.cache, work.neededBytes, result);
}
