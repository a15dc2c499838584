import { randomBytes } from "node:crypto";
import { appendFileSync, lchownSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type CliResult, type Launch, type RunningCli, startCli } from "./cli.ts";
import { leaksFile, type TestRun } from "./leaks.ts";
import { freePorts, isPortFree } from "./ports.ts";
import { makeProject, withVariables } from "./scenario-project.ts";

interface Ports {
  readonly postgres: number;
  readonly langfuse: number;
  readonly litellm: number;
}

interface RunOptions {
  /** On top of the scenario's own environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly tty?: boolean;
  readonly cwd?: string;
}

/** A user with a project: folder, HOME, ports and name of their own; everything is gone when it is disposed of. */
export interface ScenarioBase extends ProjectFiles, AsyncDisposable {
  /** The stack's name. */
  readonly name: string;
  readonly ports: Ports;
  /** The whole environment that goat-dev gets. */
  readonly env: Readonly<Record<string, string>>;
  /** Every run so far, in order. */
  readonly history: readonly CliResult[];
  /** Runs goat-dev to its end. */
  run(args: readonly string[], options?: RunOptions): Promise<CliResult>;
  /** Starts goat-dev and hands it over; what still runs at the end is killed. */
  start(args: readonly string[], options?: RunOptions): RunningCli;
}

interface ProjectFiles {
  /** The project's folder. */
  readonly folder: string;
  path(...parts: readonly string[]): string;
  read(path: string): string;
  write(path: string, text: string): void;
  edit(path: string, change: (text: string) => string): void;
  /** Sets variables of .env. */
  setEnv(variables: Readonly<Record<string, string>>): void;
}

/** 32 characters that no other text contains. */
export const fakeKey = (): string => `gsk_${randomBytes(14).toString("hex")}`;

const passedOn = ["PATH", "DOCKER_HOST", "LANG"] as const;

/** The environment of a person who has set nothing. */
const cleanEnv = (home: string, temp: string): Record<string, string> => {
  for (const folder of [home, temp]) mkdirSync(folder, { recursive: true });
  const inherited = passedOn.flatMap((name) => (process.env[name] ? [[name, process.env[name]] as const] : []));
  return { ...Object.fromEntries(inherited), HOME: home, TMPDIR: temp, TERM: "xterm-256color" };
};

const choosePorts = async (): Promise<Ports> => {
  const [postgres = 0, langfuse = 0, litellm = 0] = await freePorts(3);
  return { postgres, langfuse, litellm };
};

/** Notes what should be gone with the stack; a killed run had no chance to take its temporary files away. */
const noteLeaks = async ({ ports, env, history }: Pick<ScenarioBase, "ports" | "env" | "history">, file: string) => {
  const free = await Promise.all(Object.values(ports).map((port) => isPortFree(port)));
  const held = Object.entries(ports).filter((_, index) => free[index] !== true);
  const wasKilled = history.some(({ exitCode }) => exitCode === null);
  const temp = env["TMPDIR"] ?? "";
  const files = wasKilled ? [] : readdirSync(temp);
  const leaks = [...held.map(([name, port]) => `${name}'s port ${port}`), ...files.map((name) => join(temp, name))];
  for (const leak of leaks) appendFileSync(file, `${leak}\n`);
};

const projectFiles = (folder: string): ProjectFiles => {
  const path = (...parts: readonly string[]): string => join(folder, ...parts);
  const read = (file: string): string => readFileSync(path(file), "utf8");
  const write = (file: string, text: string): void => {
    mkdirSync(dirname(path(file)), { recursive: true });
    writeFileSync(path(file), text);
  };
  const edit: ProjectFiles["edit"] = (file, change) => write(file, change(read(file)));
  return { folder, path, read, write, edit, setEnv: (more) => edit(".env", (text) => withVariables(text, more)) };
};

/** Starts goat-dev and remembers what ran and what still runs. */
const createLauncher = ({ bin, folder, env, user }: Pick<Launch, "bin" | "env" | "user"> & { folder: string }) => {
  const history: CliResult[] = [];
  const running = new Set<RunningCli>();
  const start: ScenarioBase["start"] = (args, { env: more, cwd, ...rest } = {}) => {
    const whom = user === undefined ? {} : { user };
    const cli = startCli({ bin, args, cwd: cwd ?? folder, env: { ...env, ...more }, ...whom, ...rest });
    running.add(cli);
    void cli.done.then((result) => {
      running.delete(cli);
      history.push(result);
    });
    return cli;
  };
  const killAll = async (): Promise<void> => {
    const left = [...running];
    for (const cli of left) cli.kill("SIGKILL");
    await Promise.all(left.map((cli) => cli.done));
  };
  return { history, start, killAll };
};

const giveTo = (user: number, folder: string): void => {
  for (const name of ["", ...readdirSync(folder, { recursive: true, encoding: "utf8" })]) {
    lchownSync(join(folder, name), user, user);
  }
};

export interface BaseOptions {
  readonly testRun: TestRun;
  readonly bin: string;
  /** Variables for .env, over ports and a Groq key. */
  readonly variables: Readonly<Record<string, string>>;
  /** Over the environment of a person who has set nothing. */
  readonly env?: Readonly<Record<string, string>>;
  /** The project's folder is called this. */
  readonly folderName?: string;
  /** Whose everything is, where the tests run as root. */
  readonly user?: number;
  /** Takes away what the engine runs, before leaks are looked for. */
  cleanUp(scenario: Omit<ScenarioBase, typeof Symbol.asyncDispose>): Promise<void>;
}

/** Makes the project and nothing on an engine. */
export const createBase = async ({ testRun, bin, ...options }: BaseOptions): Promise<ScenarioBase> => {
  const name = `${testRun.prefix}${randomBytes(3).toString("hex")}`;
  const base = join(testRun.folder, name);
  const files = projectFiles(join(base, options.folderName ?? "project"));
  const env = { ...cleanEnv(join(base, "home"), join(base, "tmp")), ...options.env };
  const ports = await choosePorts();
  const variables = {
    GROQ_API_KEY: fakeKey(),
    POSTGRES_PORT: String(ports.postgres),
    LANGFUSE_PORT: String(ports.langfuse),
    LITELLM_PORT: String(ports.litellm),
    ...options.variables,
  };
  makeProject({ name, folder: files.folder, packageRoot: dirname(dirname(bin)), env: variables });
  if (options.user !== undefined) giveTo(options.user, base);
  const { history, start, killAll } = createLauncher({ ...options, bin, env, folder: files.folder });
  const run: ScenarioBase["run"] = (args, more) => start(args, more).done;
  const scenario = { ...files, name, ports, env, history, start, run };
  return {
    ...scenario,
    [Symbol.asyncDispose]: async () => {
      await killAll();
      await options.cleanUp(scenario);
      await noteLeaks({ ports, env, history }, join(testRun.folder, leaksFile));
      rmSync(base, { recursive: true, force: true });
    },
  };
};
