import type { Duplex, Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import type Docker from "dockerode";
import { systemCode } from "../../errors/describe.ts";
import type { ExecOptions, ExecResult } from "../engine.ts";
import { engineWords, guarded, statusOf } from "./errors.ts";
import { demux } from "./streams.ts";

export function exec(
  docker: Docker,
  container: string,
  command: readonly string[],
  abortSignal: AbortSignal,
  options: ExecOptions = {},
): Promise<ExecResult> {
  return guarded({ verb: "run", subject: `${command[0] ?? "a command"} in ${container}` }, abortSignal, async () => {
    const made = await docker.getContainer(container).exec({
      AttachStdin: options.stdin !== undefined,
      AttachStdout: true,
      AttachStderr: true,
      Cmd: [...command],
      Env: Object.entries(options.environment ?? {}).map(([key, value]) => `${key}=${value}`),
      abortSignal,
    });
    return run(made, abortSignal, options);
  });
}

/** A command that cannot be started has a result too: the engine answers with an error, but sets an exit code. */
async function run(exec: Docker.Exec, abortSignal: AbortSignal, options: ExecOptions): Promise<ExecResult> {
  try {
    const output = await converse(exec, abortSignal, options);
    return { output, exitCode: await exitCodeOf(exec, abortSignal) };
  } catch (error) {
    if (statusOf(error) === undefined) throw error;
    const { ExitCode } = await exec.inspect({ abortSignal });
    if (ExitCode === null) throw error;
    return { output: engineWords(error), exitCode: ExitCode };
  }
}

/** The command's standard input goes over the same connection as its output. */
async function converse(exec: Docker.Exec, abortSignal: AbortSignal, options: ExecOptions): Promise<string> {
  const { stdin } = options;
  if (stdin === undefined) return readOutput(await exec.start({ Detach: false, Tty: false, abortSignal }), options);
  const stream = await exec.start({ hijack: true, stdin: true, Tty: false, abortSignal });
  const end = (): void => void stream.destroy();
  abortSignal.addEventListener("abort", end, { once: true });
  try {
    const [output] = await Promise.all([readOutput(stream, options, hadEnough), feed(stream, stdin)]);
    abortSignal.throwIfAborted();
    return output;
  } finally {
    abortSignal.removeEventListener("abort", end);
    end();
  }
}

/** Podman resets the connection of a command that exits before it has read its input; the exit code is still known. */
function hadEnough(error: unknown): boolean {
  return ["ECONNRESET", "EPIPE"].includes(systemCode(error) ?? "");
}

async function feed(stream: Duplex, stdin: AsyncIterable<Uint8Array>): Promise<void> {
  const closed = new Promise((resolve) => stream.once("close", resolve));
  // An error is reported where the output is read; one that comes later does not matter.
  stream.on("error", () => undefined);
  for await (const piece of stdin) {
    if (stream.destroyed) return;
    if (!stream.write(piece)) await Promise.race([new Promise((resolve) => stream.once("drain", resolve)), closed]);
  }
  stream.end();
}

/** Reads the output to its end, of which it returns up to 64 KiB; an error that `isEnd` accepts counts as the end. */
async function readOutput(
  stream: Readable,
  { onStdout }: ExecOptions,
  isEnd: (error: unknown) => boolean = () => false,
): Promise<string> {
  const kept: Uint8Array[] = [];
  let size = 0;
  for await (const { stream: from, data } of demux(untilEnd(stream, isEnd))) {
    if (from === "stdout" && onStdout !== undefined) {
      await onStdout(data);
      continue;
    }
    if (size < outputLimit) kept.push(data.subarray(0, outputLimit - size));
    size += data.length;
  }
  return Buffer.concat(kept).toString("utf8");
}

async function* untilEnd(stream: Readable, isEnd: (error: unknown) => boolean): AsyncGenerator<Uint8Array> {
  try {
    yield* stream;
  } catch (error) {
    if (!isEnd(error)) throw error;
  }
}

const outputLimit = 64 * 1024;

/** The output may end a moment before the engine has noted the exit code. */
async function exitCodeOf(exec: Docker.Exec, abortSignal: AbortSignal): Promise<number> {
  for (;;) {
    const { Running, ExitCode } = await exec.inspect({ abortSignal });
    if (!Running && ExitCode !== null) return ExitCode;
    await delay(10, undefined, { signal: abortSignal });
  }
}
