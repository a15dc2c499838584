import type { EngineInfo } from "../engine/engine.ts";
import type { StackSpec } from "../model/stack.ts";
import { resolveSettings, type Settings } from "../project/settings.ts";
import { readStackState, type StackState } from "../project/stack-state.ts";
import { openState } from "../project/state.ts";
import { type DemoConfig, demoStack } from "../stack/demo.ts";
import { type Environment, type LoadRequest, load, readEnvironment } from "../stack/load.ts";
import type { World } from "../stack/world.ts";
import type { Context, EngineRequest, Input } from "./command.ts";

/** A project that is read. */
export interface Session {
  readonly environment: Environment;
  readonly stack: StackSpec;
  readonly settings: Settings;
  /** The config that a demo runs on, in place of the user's; null where this is none. */
  readonly demo: DemoConfig | null;
}

const loadRequest = (context: Context): LoadRequest => ({
  cwd: context.cwd,
  shell: context.env,
  files: filesOf(context),
  envFile: context.global.text("envFile"),
  projectName: context.global.text("projectName"),
  profiles: context.global.texts("profile"),
  packageRoot: context.packageRoot,
  version: context.version,
});

/** -f, else COMPOSE_FILE, as for Compose. */
const filesOf = ({ global, env }: Context): readonly string[] => {
  const files = global.texts("file");
  if (files.length > 0) return files;
  return (env["COMPOSE_FILE"] ?? "").split(env["COMPOSE_PATH_SEPARATOR"] ?? ":").filter((file) => file !== "");
};

/** Reads .env; from here on its secrets are masked. */
export const openEnvironment = (context: Context): Environment => {
  const environment = readEnvironment(loadRequest(context));
  context.addSecrets(environment.secrets);
  return environment;
};

/** Reads the Compose file and the settings; warnings go out as notices. */
export const openSession = async (
  context: Context,
  input: Input,
  environment = openEnvironment(context),
  wantsDemo = stackStateOf(environment).demo,
): Promise<Session> => {
  const { stack: written, settings: xGoat, warnings } = await load(loadRequest(context), environment, context.signal);
  const { stack, demo } = wantsDemo ? demoStack(written, environment.project.stateDir) : { stack: written, demo: null };
  context.revealWords(namesIn(stack));
  for (const text of warnings) context.emit({ type: "notice", level: "warning", text });
  const flags = {
    timeoutMs: input.text("timeout"),
    dockerHost: context.global.text("dockerHost"),
    engine: context.global.text("engine"),
    example: exampleFlag(input),
  };
  return { environment, stack, demo, settings: resolveSettings({ flags, env: environment.variables, xGoat }) };
};

const stackStateOf = ({ project }: Environment): StackState => readStackState(openState(project.stateDir));

/** A password that equals a name, as in postgres / postgres, is no secret: masking it would blank out every mention. */
const namesIn = (stack: StackSpec): readonly string[] => [
  stack.name,
  ...stack.services.map(({ name }) => name),
  ...stack.services.flatMap(({ environment }) =>
    Object.entries(environment).flatMap(([name, value]) =>
      /_(?:USER|DB|USERNAME|DATABASE)$/.test(name) ? [value] : [],
    ),
  ),
];

const exampleFlag = (input: Input): string | undefined => {
  if (input.flag("noExample")) return "never";
  return input.flag("example") ? "always" : undefined;
};

/** The world that a stack's functions act on, and what engine it is. */
export type OpenWorld = World & { readonly info: EngineInfo; readonly reason: string | null };

/** What the choice of an engine depends on. */
export const engineRequest = ({ stack, settings, environment }: Session): EngineRequest => ({
  wanted: settings.engine,
  recorded: stackStateOf(environment).engine,
  dockerHost: settings.dockerHost,
  stack,
  stateDir: environment.project.stateDir,
});

/** Opens the engine; from here on the session's stack is the one that this engine runs. */
export const openWorld = async (
  context: Context,
  session: Session,
): Promise<{ readonly world: OpenWorld; readonly session: Session }> => {
  const { engine, info, reason } = await context.engine(engineRequest(session));
  const world = { engine, info, reason, clock: context.clock, signal: context.signal, emit: context.emit };
  return { world, session: { ...session, stack: engine.fit(session.stack) } };
};

/** A path as a person in this folder would write it. */
export const shortPath = (context: Context, path: string): string =>
  path.startsWith(`${context.cwd}/`)
    ? path.slice(context.cwd.length + 1)
    : path.startsWith(`${context.home}/`)
      ? `~/${path.slice(context.home.length + 1)}`
      : path;
