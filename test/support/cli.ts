import { spawn } from "node:child_process";
import { once } from "node:events";
import { checkDocuments } from "./documents.ts";

/** What --json promises, as far as tests read it. */
export interface Document {
  readonly version?: number;
  readonly ok?: boolean;
  readonly stack?: string;
  readonly demo?: boolean;
  readonly durationMs?: number;
  readonly changed?: readonly string[];
  readonly services?: readonly ServiceDocument[];
  readonly gateway?: {
    readonly url: string;
    readonly models: readonly string[];
    readonly usable: readonly string[];
  } | null;
  readonly example?: { readonly model: string; readonly text: string; readonly totalTokens: number } | null;
  readonly trace?: { readonly id: string; readonly url: string } | null;
  readonly error?: {
    readonly code: string;
    readonly message: string;
    readonly service?: string;
    readonly evidence: readonly string[];
    readonly fixes: readonly { readonly command: string; readonly effect: string }[];
  };
}

interface ServiceDocument {
  readonly name: string;
  readonly role: string;
  readonly state: string;
  readonly url: string | null;
  readonly port: number | null;
  readonly memoryBytes: number | null;
  readonly pid?: number;
  readonly drift: readonly string[];
  readonly why: string | null;
}

export interface CliResult {
  readonly args: readonly string[];
  /** Null where a signal ended it. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** stdout as one JSON document; empty where it is none. */
  readonly json: Document;
  /** Both streams: what a person would have seen. */
  readonly output: string;
}

export interface RunningCli {
  readonly pid: number;
  readonly done: Promise<CliResult>;
  output(): string;
  /** Resolves when the output matches; rejects when the program ends without. */
  until(pattern: RegExp): Promise<string>;
  write(keys: string): void;
  /** Ctrl-C: to the program and all that it started, as a terminal does. */
  interrupt(): void;
  kill(signal: NodeJS.Signals): void;
}

export interface Launch {
  readonly bin: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** All of it: nothing of this process's environment is added. */
  readonly env: Readonly<Record<string, string>>;
  /** Written to its input, which then ends. */
  readonly input?: string;
  /** Behind a terminal of its own, where stdout and stderr are one; keys come by `write`. */
  readonly tty?: boolean;
  /** Whom to run it as; absent means whoever runs the tests. */
  readonly user?: number;
}

const quote = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

const commandOf = ({ bin, args, tty, user }: Launch): readonly [string, readonly string[]] => {
  const words = [process.execPath, bin, ...args];
  if (user !== undefined) return ["setpriv", [`--reuid=${user}`, `--regid=${user}`, "--clear-groups", ...words]];
  if (tty !== true) return [process.execPath, words.slice(1)];
  return ["script", ["-qefc", `stty cols 120 rows 40; exec ${words.map(quote).join(" ")}`, "/dev/null"]];
};

const parse = (text: string): Document => {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
};

/** Starts the program in a process group of its own. */
export const startCli = (launch: Launch): RunningCli => {
  const [command, args] = commandOf(launch);
  const child = spawn(command, args, { cwd: launch.cwd, env: { ...launch.env }, detached: true });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    child.emit("said");
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    child.emit("said");
  });
  child.stdin.on("error", () => undefined);
  if (launch.input !== undefined) child.stdin.end(launch.input);
  else if (launch.tty !== true) child.stdin.end();
  const output = (): string => stdout + stderr;
  const done = once(child, "close").then(([code]: (number | null)[]): CliResult => {
    // What a signal has cut off is no document.
    if (code !== null && launch.tty !== true) checkDocuments(launch.args, stdout);
    return { args: launch.args, exitCode: code ?? null, stdout, stderr, json: parse(stdout), output: output() };
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`cannot start ${command}`);
  const until = async (pattern: RegExp): Promise<string> => {
    const ended = done.then(() => "ended");
    for (;;) {
      if (pattern.test(output())) return output();
      const heard = await Promise.race([once(child, "said"), ended]);
      if (heard === "ended" && !pattern.test(output())) throw new Error(`ended without ${pattern}:\n${output()}`);
    }
  };
  const kill = (signal: NodeJS.Signals): void => {
    if (child.exitCode === null && child.signalCode === null) process.kill(-pid, signal);
  };
  const write = (keys: string): void => void child.stdin.write(keys);
  return {
    pid,
    done,
    output,
    until,
    write,
    kill,
    interrupt: () => (launch.tty === true ? write("\u0003") : kill("SIGINT")),
  };
};
