import type { EngineInfo } from "../engine/engine.ts";
import type { StackSpec } from "../model/stack.ts";
import { resolveSettings, type Settings } from "../project/settings.ts";
import { type Environment, type LoadRequest, load, readEnvironment } from "../stack/load.ts";
import type { World } from "../stack/world.ts";
import type { Context, Input } from "./command.ts";

/** A project that is read, and the engine that runs it. */
export interface Session {
  readonly environment: Environment;
  readonly stack: StackSpec;
  readonly settings: Settings;
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
): Promise<Session> => {
  const { stack, settings: xGoat, warnings } = await load(loadRequest(context), environment);
  context.revealWords(namesIn(stack));
  for (const text of warnings) context.emit({ type: "notice", level: "warning", text });
  const flags = {
    timeoutMs: input.text("timeout"),
    dockerHost: context.global.text("dockerHost"),
    example: exampleFlag(input),
  };
  return { environment, stack, settings: resolveSettings({ flags, env: environment.variables, xGoat }) };
};

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
export type OpenWorld = World & { readonly info: EngineInfo };

/** Opens the engine; from here on the session's stack is the one that this engine runs. */
export const openWorld = async (
  context: Context,
  session: Session,
): Promise<{ readonly world: OpenWorld; readonly session: Session }> => {
  const { engine, info } = await context.engine({ dockerHost: session.settings.dockerHost ?? undefined });
  const world = { engine, info, clock: context.clock, signal: context.signal, emit: context.emit };
  return { world, session: { ...session, stack: engine.fit(session.stack) } };
};

/** A path as a person in this folder would write it. */
export const shortPath = (context: Context, path: string): string =>
  path.startsWith(`${context.cwd}/`)
    ? path.slice(context.cwd.length + 1)
    : path.startsWith(`${context.home}/`)
      ? `~/${path.slice(context.home.length + 1)}`
      : path;
