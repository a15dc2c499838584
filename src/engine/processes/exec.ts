import { delimiter, dirname, isAbsolute } from "node:path";
import { GoatError } from "../../errors/goat-error.ts";
import { type RunResult, run } from "../../platform/process.ts";
import type { ExecOptions, ExecResult } from "../engine.ts";
import { type Host, needIn, runs } from "./host.ts";
import { passedOn, toLocalCommand, toLocalService } from "./local-service.ts";
import type { Launch } from "./runtime.ts";

const outputLimit = 64 * 1024;

/** Runs a command beside a service's process, with its environment. */
export async function exec(
  host: Host,
  container: string,
  command: readonly string[],
  signal: AbortSignal,
  { environment = {}, stdin, onStdout }: ExecOptions = {},
): Promise<ExecResult> {
  const { store, found } = needIn(host, container);
  if (!(await runs(found))) throw new GoatError("engine-refused", `container ${container} is not running`);
  const runtime = host.runtimes.find(({ name }) => name === found.record.recipe);
  const local = toLocalService(found, store);
  const launch = runtime?.launch(local);
  const [program = "", ...args] = toLocalCommand(command, found, store);
  let output = "";
  let handed: Promise<void> = Promise.resolve();
  const result = await run(program, args, {
    env: {
      ...ownFirst(passedOn(host.machine.env), launch),
      ...(launch?.environment ?? local.environment),
      ...environment,
    },
    cwd: launch?.cwd ?? local.workingDir,
    signal,
    ...(launch?.user && { user: launch.user }),
    ...(stdin && { input: stdin }),
    onData: (stream, text) => {
      if (stream === "stdout" && onStdout !== undefined) handed = handed.then(() => onStdout(Buffer.from(text)));
      else if (output.length < outputLimit) output += text.slice(0, outputLimit - output.length);
    },
  });
  await handed;
  return result.startError === null ? { exitCode: exitCodeOf(result), output } : notStarted(program, result.startError);
}

/** Puts the folder of the service's program first in PATH: as in a container, its own programs come first. */
function ownFirst(env: Readonly<Record<string, string>>, launch: Launch | undefined): Readonly<Record<string, string>> {
  const program = launch?.command[0] ?? "";
  return isAbsolute(program) ? { ...env, PATH: [dirname(program), env["PATH"] ?? ""].join(delimiter) } : env;
}

function exitCodeOf({ exitCode, endedBy }: RunResult): number {
  return exitCode ?? (endedBy === null ? 1 : 137);
}

/** What a shell would answer for a program that is not there, or may not be run. */
function notStarted(program: string, code: string): ExecResult {
  return code === "EACCES"
    ? { exitCode: 126, output: `${program}: permission denied\n` }
    : { exitCode: 127, output: `${program}: not found\n` };
}
