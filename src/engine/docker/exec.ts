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

/** A command that cannot be started is an answer too: engines report it as an error, with the exit code at the exec. */
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

/** What is handed to the command goes over the connection that its output comes on. */
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

/** Podman resets the connection of a command that ends before it has read its input; how it ended, the engine knows. */
function hadEnough(error: unknown): boolean {
  return ["ECONNRESET", "EPIPE"].includes(systemCode(error) ?? "");
}

async function feed(stream: Duplex, stdin: AsyncIterable<Uint8Array>): Promise<void> {
  const closed = new Promise((resolve) => stream.once("close", resolve));
  // Told where the output is read; one that comes after it is nobody's.
  stream.on("error", () => undefined);
  for await (const piece of stdin) {
    if (stream.destroyed) return;
    if (!stream.write(piece)) await Promise.race([new Promise((resolve) => stream.once("drain", resolve)), closed]);
  }
  stream.end();
}

/** An error in which a connection may end is where the output ends. */
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
