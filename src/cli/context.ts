import { addAbortSignal } from "node:stream";
import type { Context, EngineRequest, Input, OpenedEngine } from "../commands/command.ts";
import type { Engine } from "../engine/engine.ts";
import type { Emit } from "../events/events.ts";
import type { Redactor } from "../events/redact.ts";
import type { Clock } from "../platform/clock.ts";
import { userCacheFolder } from "../project/state.ts";
import { chooseEngine } from "./choose-engine.ts";
import { createAsk } from "./prompt.ts";

/** The process, as main hands it over. */
export interface Surroundings {
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
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly signal: AbortSignal;
  /** Absent where signals go elsewhere anyway. */
  readonly takeSignals?: Context["takeSignals"];
  readonly clock: Clock;
  /** Stands in for Docker, so that a whole run can be tested without it. */
  readonly createEngine?: (request: EngineRequest) => Engine;
}

export interface Opened {
  readonly context: Context;
  /** Closes what was opened. */
  close(): Promise<void>;
}

/** The only place that names a driver: it opens the engine that is chosen. */
export const createContext = (
  around: Surroundings,
  global: Input,
  parts: { readonly emit: Emit; readonly redactor: Redactor; readonly color: boolean },
): Opened => {
  const opened = new Map<string, Promise<OpenedEngine>>();
  const openOnce = (kind: string, create: () => Promise<Engine>): Promise<OpenedEngine> => {
    const found = opened.get(kind) ?? openEngine(create, around.signal);
    opened.set(kind, found);
    return found;
  };
  const isData = global.flag("json") || global.flag("jsonStream");
  const context: Context = {
    ...around,
    emit: parts.emit,
    // A program that reads JSON cannot answer questions.
    ask: isData ? null : createAsk({ ...around, color: parts.color }),
    global,
    readInput: () => readAll(around),
    takeSignals: around.takeSignals ?? (() => () => undefined),
    onTerminal: [around.stdin, around.stdout, around.stderr].some(({ isTTY }) => isTTY === true),
    addSecrets: parts.redactor.add,
    revealWords: parts.redactor.allow,
    engine: (request) => {
      const { createEngine } = around;
      if (createEngine !== undefined) return openOnce("given", async () => createEngine(request));
      return chooseEngine(request, around.env, {
        docker: () => openOnce("docker", () => createDocker(around, request)),
        embedded: () => openOnce("embedded", () => createEmbedded(around, request)),
      });
    },
  };
  const close = async (): Promise<void> => {
    for (const one of opened.values()) {
      const found = await one.catch(() => undefined);
      await found?.engine[Symbol.asyncDispose]();
    }
  };
  return { context, close };
};

const readAll = async ({ stdin, signal }: Surroundings): Promise<string | null> => {
  if (stdin.isTTY === true) return null;
  const pieces: Uint8Array[] = [];
  for await (const piece of addAbortSignal(signal, stdin)) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces).toString("utf8");
};

const openEngine = async (create: () => Promise<Engine>, signal: AbortSignal): Promise<OpenedEngine> => {
  const engine = await create();
  return { engine, info: await engine.probe(signal), reason: null };
};

const createDocker = async ({ env, home }: Surroundings, { dockerHost }: EngineRequest): Promise<Engine> => {
  const { createDockerEngine } = await import("../engine/docker/docker-engine.ts");
  return createDockerEngine({ env, home, ...(dockerHost === null ? {} : { dockerHost }) });
};

const createEmbedded = async (around: Surroundings, { stateDir }: EngineRequest): Promise<Engine> => {
  const { openEmbedded } = await import("../engine/embedded/open.ts");
  return openEmbedded({ machine: { ...around, cache: userCacheFolder(around) }, stateDir, clock: around.clock });
};
