import { addAbortSignal } from "node:stream";
import type { App, EngineRequest, OpenedEngine, ProjectOptions } from "../app/app.ts";
import { chooseEngine } from "../app/choose-engine.ts";
import type { Reader, Terminal, Typed } from "../commands/command.ts";
import type { Engine } from "../engine/engine.ts";
import type { Emit } from "../events/events.ts";
import type { Redactor } from "../events/redact.ts";
import type { Clock } from "../platform/clock.ts";
import { userCacheFolder } from "../project/state.ts";
import { createAsk, type Stdin } from "./prompt.ts";

/** The process, as main hands it over. */
export interface HostProcess {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly pid: number;
  readonly nodePath: string;
  readonly nodeVersion: string;
  readonly platform: NodeJS.Platform;
  readonly arch: string;
  /** -1 where the platform has none. */
  readonly uid: number;
  readonly packageRoot: string;
  readonly version: string;
  readonly stdin: Stdin;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly signal: AbortSignal;
  /** Absent where this process gets no signals of its own, as in tests. */
  readonly takeSignals?: Terminal["takeSignals"];
  readonly clock: Clock;
  /** Stands in for Docker, so that a whole run can be tested without it. */
  readonly createEngine?: (request: EngineRequest) => Engine;
}

export interface CliContext {
  readonly app: App;
  readonly terminal: Terminal;
  reader(): Reader;
  /** Closes the engines that were opened. */
  close(): Promise<void>;
}

/** Makes what a command gets from the process. Only this file names the implementations of the engines. */
export function createContext(
  host: HostProcess,
  global: Typed,
  parts: { readonly emit: Emit; readonly redactor: Redactor; readonly color: boolean },
): CliContext {
  const { cwd, home, platform, clock } = host;
  const engines = createEngines(host);
  const isData = global.flag("json") || global.flag("jsonStream");
  const app: App = {
    ...host,
    emit: parts.emit,
    // A program that reads JSON cannot answer questions.
    ask: isData ? null : createAsk({ ...host, color: parts.color }),
    options: projectOptions(global),
    addSecrets: parts.redactor.add,
    redact: parts.redactor.text,
    revealWords: parts.redactor.allow,
    openEngine: engines.open,
  };
  const columns = host.stdout.isTTY === true ? host.stdout.columns : null;
  const terminal: Terminal = {
    readInput: () => readAll(host),
    takeSignals: host.takeSignals ?? (() => () => undefined),
    onTerminal: [host.stdin, host.stdout, host.stderr].some(({ isTTY }) => isTTY === true),
    streams: { stdin: () => host.stdin.open(), stdout: host.stdout },
    isData,
    columns,
  };
  return { app, terminal, reader: () => ({ cwd, home, platform, now: clock.date(), columns }), close: engines.close };
}

function projectOptions(global: Typed): ProjectOptions {
  return {
    files: global.texts("file"),
    envFiles: global.texts("envFile"),
    projectName: global.text("projectName"),
    profiles: global.texts("profile"),
    engine: global.text("engine"),
    dockerHost: global.text("dockerHost"),
  };
}

async function readAll({ stdin, signal }: HostProcess): Promise<string | null> {
  if (stdin.isTTY) return null;
  const pieces: Uint8Array[] = [];
  for await (const piece of addAbortSignal(signal, stdin.open())) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces).toString("utf8");
}

/** Opens each engine once, however often it is asked for; without Docker, every project has an engine of its own. */
function createEngines(host: HostProcess) {
  const opened = new Map<string, Promise<OpenedEngine>>();
  const once = (kind: string, create: () => Promise<Engine>): Promise<OpenedEngine> => {
    const found = opened.get(kind) ?? openEngine(create, host.signal);
    opened.set(kind, found);
    return found;
  };
  const open = async (request: EngineRequest): Promise<OpenedEngine> => {
    const { createEngine } = host;
    if (createEngine !== undefined) return once("given", async () => createEngine(request));
    return chooseEngine(request, host.env, {
      docker: () => once("docker", () => createDocker(host, request)),
      embedded: () => once(`embedded ${request.stateDir}`, () => createEmbedded(host, request)),
    });
  };
  const close = async (): Promise<void> => {
    for (const one of opened.values()) {
      const found = await one.catch(() => undefined);
      await found?.engine[Symbol.asyncDispose]();
    }
  };
  return { open, close };
}

async function openEngine(create: () => Promise<Engine>, signal: AbortSignal): Promise<OpenedEngine> {
  const engine = await create();
  return { engine, info: await engine.probe(signal), reason: null };
}

async function createDocker({ env, home }: HostProcess, { dockerHost }: EngineRequest): Promise<Engine> {
  const { createDockerEngine } = await import("../engine/docker/docker-engine.ts");
  return createDockerEngine({ env, home, ...(dockerHost === null ? {} : { dockerHost }) });
}

async function createEmbedded(host: HostProcess, { stateDir }: EngineRequest): Promise<Engine> {
  const [{ createProcessEngine }, { allRuntimes }, { installVariables }] = await Promise.all([
    import("../engine/processes/process-engine.ts"),
    import("../runtimes/all.ts"),
    import("../stack/certificates.ts"),
  ]);
  const cache = userCacheFolder(host);
  const machine = { ...host, cache, env: await installVariables(host.env, cache) };
  return createProcessEngine({ machine, stateDir, clock: host.clock, runtimes: allRuntimes(machine) });
}
