import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { onTestFinished } from "vitest";
import { runCli } from "../../src/cli/run.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { createTestClock, type TestClock } from "./clock.ts";
import { checkDocuments } from "./documents.ts";
import { composeText, configText, exampleAnswer } from "./goat-files.ts";
import { createKeyboard } from "./keyboard.ts";
import { freePorts } from "./ports.ts";
import type { SimulatedEngineOptions } from "./simulated-engine/script.ts";
import { SimulatedEngine } from "./simulated-engine/simulated-engine.ts";
import { createStandIns, type Ports, type StandIns } from "./stand-ins.ts";
import { tempFolder, writeFiles } from "./temp.ts";
import { createSink } from "./terminal.ts";

const repository = join(import.meta.dirname, "../..");

export const secretKey = "gsk_integration_secret_0123456789";

interface GoatRun {
  readonly exitCode: number;
  /** With this project's folder and ports as <project>, 15432, 13001 and 14000. */
  readonly out: string;
  readonly err: string;
  /** stdout, parsed: it must be one JSON document. */
  json(): Readonly<Record<string, unknown>>;
}

interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  readonly cwd?: string;
  /** What is piped in, or the pipe; nothing where left out. */
  readonly input?: string | PassThrough;
  /** A person at a terminal: what they type once this is on it, one after the other. */
  readonly answers?: readonly (readonly [seen: string, keys: string])[];
  /** Called with all of stdout whenever more of it is written. */
  onOut?(text: string): void;
  onErr?(text: string): void;
}

export interface GoatProject {
  readonly folder: string;
  readonly home: string;
  readonly ports: Ports;
  readonly engine: SimulatedEngine;
  readonly clock: TestClock;
  readonly standIns: StandIns;
  goat(args: readonly string[], options?: RunOptions): Promise<GoatRun>;
  read(path: string): string;
  write(path: string, text: string): void;
  edit(path: string, change: (text: string) => string): void;
  /** For people: ports and folder as in every other run. */
  neutral(text: string): string;
}

export interface ProjectOptions extends SimulatedEngineOptions {
  /** Lines added to .env; null for no .env at all. */
  readonly env?: string | null;
  readonly files?: Readonly<Record<string, string>>;
  /** Runs the shipped example client by this Node.js, not a program that answers at once. */
  readonly realExample?: boolean;
  /** What the clock says at the start, as an ISO time. */
  readonly now?: string;
  /** Time passes as it does, for what a browser looks at. */
  readonly isRealTime?: boolean;
  /** Where goat-dev lies: this repository where left out. */
  readonly packageRoot?: string;
}

const images = { "postgres:16": "sha256:a", "langfuse/langfuse:2.95.12": "sha256:b", "litellm:v1": "sha256:c" };

const fakeNode = (folder: string): string => {
  const path = join(folder, "node");
  writeFileSync(path, `#!/bin/sh\necho '${JSON.stringify(exampleAnswer)}'\n`);
  chmodSync(path, 0o755);
  return path;
};

const pipe = (input: string | PassThrough = ""): NodeJS.ReadStream => {
  const stream = typeof input === "string" ? new PassThrough().end(input) : input;
  return Object.assign(stream, { isTTY: false }) as unknown as NodeJS.ReadStream;
};

const createPerson = (answers: readonly (readonly [seen: string, keys: string])[]) => {
  const keyboard = createKeyboard();
  const left = [...answers];
  let readUpTo = 0;
  const read = (text: string): void => {
    const [next] = left;
    const at = next === undefined ? -1 : text.indexOf(next[0], readUpTo);
    if (next === undefined || at < 0) return;
    readUpTo = at + next[0].length;
    left.shift();
    setImmediate(() => keyboard.type(next[1]));
  };
  return { stdin: keyboard.stdin, read };
};

const neutralText = (folder: string, home: string, ports: Ports) => (text: string) =>
  [
    [folder, "<project>"],
    [home, "<home>"],
    // As long as they are, so that columns stay where they are.
    [String(ports.postgres), "15432"],
    [String(ports.langfuse), "13001"],
    [String(ports.litellm), "14000"],
  ].reduce((current, [from = "", to = ""]) => current.replaceAll(from, to), text);

const runningServices = async (
  engine: SimulatedEngine,
  { unreachable }: ProjectOptions,
): Promise<readonly string[]> => {
  if (unreachable !== undefined) return [];
  const { services } = await engine.observe({ stack: "goat", images: [] }, new AbortController().signal);
  return services.filter(({ state }) => state === "running").map(({ name }) => name);
};

/** A project of its own with a HOME, on the simulated engine, whose containers are servers in this process. */
export const openProject = async (options: ProjectOptions = {}): Promise<GoatProject> => {
  const {
    env = `GROQ_API_KEY=${secretKey}\n`,
    files = {},
    realExample = false,
    now,
    isRealTime = false,
    packageRoot = repository,
    beforeApply,
    ...scripts
  } = options;
  const [folder, home] = [tempFolder(), tempFolder()];
  const [postgres = 0, langfuse = 0, litellm = 0] = await freePorts(3);
  const ports: Ports = { postgres, langfuse, litellm };
  const portLines = `POSTGRES_PORT=${postgres}\nLANGFUSE_PORT=${langfuse}\nLITELLM_PORT=${litellm}\n`;
  writeFiles(folder, {
    "dev/docker-compose.yml": composeText,
    "dev/litellm-config.yaml": configText,
    ...(env === null ? {} : { ".env": portLines + env }),
    ...files,
  });
  if (env !== null) chmodSync(join(folder, ".env"), 0o600);
  mkdirSync(join(home, ".docker"));
  const clock = createTestClock(now);
  const standIns = createStandIns(ports, { key: "sk-dev-key", models: ["llama-3.3-70b", "gpt-5-mini"] });
  onTestFinished(() => standIns[Symbol.asyncDispose]());
  const engine = new SimulatedEngine({
    images,
    ...scripts,
    beforeApply: async (operation, signal) => {
      // Each start takes 1.2 s of the clock that nobody waits for.
      if (operation.type === "start-container") clock.advance(1_200);
      await beforeApply?.(operation, signal);
      await standIns.follow(operation);
    },
  });
  const neutral = neutralText(folder, home, ports);
  const nodePath = realExample ? process.execPath : fakeNode(home);
  const shellPorts =
    env === null ? { POSTGRES_PORT: `${postgres}`, LANGFUSE_PORT: `${langfuse}`, LITELLM_PORT: `${litellm}` } : {};
  const goat = async (args: readonly string[], run: RunOptions = {}): Promise<GoatRun> => {
    await standIns.keepOnly(await runningServices(engine, options));
    const person = run.answers === undefined ? null : createPerson(run.answers);
    const stdout = createSink(run.onOut);
    const stderr = createSink((text) => {
      run.onErr?.(text);
      person?.read(text);
    });
    if (person !== null) Object.assign(stderr.stream, { isTTY: true, columns: 200, rows: 50 });
    // A terminal that cannot be drawn on: lines stay as they were written.
    const terminal = person === null ? {} : { TERM: "dumb" };
    const exitCode = await runCli({
      argv: args,
      cwd: run.cwd ?? folder,
      home,
      env: { PATH: process.env["PATH"], HOME: home, ...shellPorts, ...terminal, ...run.env },
      pid: process.pid,
      nodePath,
      nodeVersion: "20.19.0",
      platform: process.platform,
      arch: process.arch,
      uid: process.getuid?.() ?? -1,
      packageRoot,
      version: "0.1.0",
      stdin: person?.stdin ?? { isTTY: false, open: () => pipe(run.input) },
      stdout: stdout.stream,
      stderr: stderr.stream,
      signal: run.signal ?? new AbortController().signal,
      clock: isRealTime ? systemClock : clock,
      createEngine: () => engine,
    });
    checkDocuments(args, stdout.text());
    return {
      exitCode,
      out: neutral(stdout.text()),
      err: neutral(stderr.text()),
      json: () => JSON.parse(stdout.text()),
    };
  };
  const path = (name: string): string => join(folder, name);
  const read = (name: string): string => readFileSync(path(name), "utf8");
  const write = (name: string, text: string): void => writeFileSync(path(name), text);
  const edit = (name: string, change: (text: string) => string): void => write(name, change(read(name)));
  return { folder, home, ports, engine, clock, standIns, goat, read, write, edit, neutral };
};
