import type { Context, Input } from "../commands/command.ts";
import type { Engine, EngineInfo } from "../engine/engine.ts";
import type { Emit } from "../events/events.ts";
import type { Redactor } from "../events/redact.ts";
import type { Clock } from "../platform/clock.ts";
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
  readonly platform: string;
  readonly packageRoot: string;
  readonly version: string;
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** Stands in for Docker, so that a whole run can be tested without it. */
  readonly createEngine?: (options: { readonly dockerHost: string | undefined }) => Engine;
}

export interface Opened {
  readonly context: Context;
  /** Closes what was opened. */
  close(): Promise<void>;
}

/** The only place that names a driver: it chooses the engine. */
export const createContext = (
  around: Surroundings,
  global: Input,
  parts: { readonly emit: Emit; readonly redactor: Redactor; readonly color: boolean },
): Opened => {
  let opened: Promise<{ readonly engine: Engine; readonly info: EngineInfo }> | undefined;
  const open = async (dockerHost: string | undefined) => {
    const engine = around.createEngine?.({ dockerHost }) ?? (await createDocker(around, dockerHost));
    return { engine, info: await engine.probe(around.signal) };
  };
  const isData = global.flag("json") || global.flag("jsonStream");
  const context: Context = {
    ...around,
    emit: parts.emit,
    // A program that reads JSON cannot answer questions.
    ask: isData ? null : createAsk({ ...around, color: parts.color }),
    global,
    addSecrets: parts.redactor.add,
    revealWords: parts.redactor.allow,
    engine: ({ dockerHost }) => {
      opened ??= open(dockerHost);
      return opened;
    },
  };
  const close = async (): Promise<void> => {
    const found = await opened?.catch(() => undefined);
    await found?.engine[Symbol.asyncDispose]();
  };
  return { context, close };
};

const createDocker = async ({ env, home }: Surroundings, dockerHost: string | undefined): Promise<Engine> => {
  const { createDockerEngine } = await import("../engine/docker/docker-engine.ts");
  return createDockerEngine({ env, home, ...(dockerHost === undefined ? {} : { dockerHost }) });
};
