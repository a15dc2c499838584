import type { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import type Docker from "dockerode";
import type { ExecOptions, ExecResult } from "../engine.ts";
import { demux } from "./demux.ts";
import { engineWords, guarded, statusOf } from "./errors.ts";

const outputLimit = 64 * 1024;

const readOutput = async (stream: Readable, { onStdout }: ExecOptions): Promise<string> => {
  const kept: Uint8Array[] = [];
  let size = 0;
  for await (const { stream: from, data } of demux(stream)) {
    if (from === "stdout" && onStdout !== undefined) {
      await onStdout(data);
      continue;
    }
    if (size < outputLimit) kept.push(data.subarray(0, outputLimit - size));
    size += data.length;
  }
  return Buffer.concat(kept).toString("utf8");
};

/** The output may end a moment before the engine has noted the exit code. */
const exitCodeOf = async (exec: Docker.Exec, abortSignal: AbortSignal): Promise<number> => {
  for (;;) {
    const { Running, ExitCode } = await exec.inspect({ abortSignal });
    if (!Running && ExitCode !== null) return ExitCode;
    await delay(10, undefined, { signal: abortSignal });
  }
};

/** A command that cannot be started is an answer too: engines report it as an error, with the exit code at the exec. */
const run = async (exec: Docker.Exec, abortSignal: AbortSignal, options: ExecOptions): Promise<ExecResult> => {
  try {
    const output = await readOutput(await exec.start({ Detach: false, Tty: false, abortSignal }), options);
    return { output, exitCode: await exitCodeOf(exec, abortSignal) };
  } catch (error) {
    if (statusOf(error) === undefined) throw error;
    const { ExitCode } = await exec.inspect({ abortSignal });
    if (ExitCode === null) throw error;
    return { output: engineWords(error), exitCode: ExitCode };
  }
};

export const exec = (
  docker: Docker,
  container: string,
  command: readonly string[],
  abortSignal: AbortSignal,
  options: ExecOptions = {},
): Promise<ExecResult> =>
  guarded({ verb: "run", subject: `${command[0] ?? "a command"} in ${container}` }, abortSignal, async () => {
    const made = await docker.getContainer(container).exec({
      AttachStdout: true,
      AttachStderr: true,
      Cmd: [...command],
      Env: Object.entries(options.environment ?? {}).map(([key, value]) => `${key}=${value}`),
      abortSignal,
    });
    return run(made, abortSignal, options);
  });
