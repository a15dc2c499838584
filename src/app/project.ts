import type { EngineInfo } from "../engine/engine.ts";
import { GoatError } from "../errors/goat-error.ts";
import { fieldsOf } from "../model/fields.ts";
import type { StackSpec } from "../model/stack.ts";
import { readKeys } from "../project/keys.ts";
import { resolveSettings, type Settings } from "../project/settings.ts";
import { openState, readStackState, type StackState } from "../project/state.ts";
import { type CertificateBundle, certificateBundle, withCertificates } from "../stack/certificates.ts";
import { type DemoConfig, demoStack } from "../stack/demo.ts";
import type { EngineContext } from "../stack/engine-context.ts";
import { readProven } from "../stack/run/life.ts";
import type { App, EngineRequest } from "./app.ts";
import { blameVariable } from "./blame-variable.ts";
import { composeHashes } from "./compose-plugin.ts";
import { withInstance } from "./instance.ts";
import { type Environment, readEnvironment } from "./read-environment.ts";
import { insteadOfOwn, type LoadRequest, load } from "./read-project.ts";

/** A project that is read; nothing has been asked of an engine. */
export interface ProjectSession {
  readonly environment: Environment;
  readonly stack: StackSpec;
  readonly settings: Settings;
  /** What the Compose file's `x-goat: { run: … }` says, as it is written. */
  readonly runDefaults: unknown;
  /** The config that a demo runs on, in place of the user's; null where this is no demo. */
  readonly demo: DemoConfig | null;
}

/** A project whose engine is open; its stack is as this engine runs it. */
export interface OpenStack extends ProjectSession, EngineContext {
  readonly info: EngineInfo;
  /** Why plain processes were chosen although nothing asked for them; null in every other case. */
  readonly reason: string | null;
  /**
   * Certificates for the gateway to trust; their file has to be written before it starts. Null where no variable names
   * a file with any.
   */
  readonly certificates: CertificateBundle | null;
}

export interface OpenOptions {
  /** As written: a limit for everything to be ready, such as 90s. */
  readonly timeout?: string | undefined;
  /** As written: auto, always or never. */
  readonly example?: string | undefined;
  /** Where left out, what `up` was told last. */
  readonly demo?: boolean | undefined;
  /** Where it has been read already. */
  readonly environment?: Environment | undefined;
}

/** Reads .env; from here on its secrets are masked. Throws env-file-invalid, compose-file-missing. */
export function openEnvironment(app: App): Environment {
  const environment = withInstance(readEnvironment(loadRequest(app)), app);
  app.addSecrets(environment.secrets);
  return environment;
}

/**
 * True where the project's own file has no gateway and no provider key is usable: then neither a key nor a .env is
 * needed.
 */
export async function isWithoutGateway(environment: Environment, app: App): Promise<boolean> {
  if (environment.project.shipped || readKeys(environment.variables).usable.length > 0) return false;
  try {
    const { stack } = await load(loadRequest(app), environment, app.signal);
    return stack.services.every(({ role }) => role !== "gateway");
  } catch (error) {
    // A mistake in the Compose file is reported later, once the keys are set: the file may need them.
    if (error instanceof GoatError) return false;
    throw error;
  }
}

/** Warns where goat-dev's own stack is used although a Compose file lies here. */
export function tellStack({ environment }: Pick<ProjectSession, "environment">, { cwd, emit }: App): void {
  const text = insteadOfOwn(cwd, environment.project);
  if (text !== null) emit({ type: "notice", level: "warning", text });
}

/** Reads .env, the Compose file and the settings; warnings go out as notices. */
export async function openProject(app: App, options: OpenOptions = {}): Promise<ProjectSession> {
  const environment = options.environment ?? openEnvironment(app);
  const loaded = load(loadRequest(app), environment, app.signal).catch((error: unknown) => {
    throw blameVariable(error, environment, app);
  });
  const { stack: written, settings: xGoat, warnings } = await loaded;
  const isDemo = options.demo ?? stackStateOf(environment).demo;
  const { stack, demo } = isDemo ? demoStack(written, environment.project.stateDir) : { stack: written, demo: null };
  app.revealWords(namesIn(stack));
  for (const text of warnings) app.emit({ type: "notice", level: "warning", text });
  const flags = {
    timeoutMs: options.timeout,
    dockerHost: app.options.dockerHost,
    engine: app.options.engine,
    example: options.example,
  };
  const settings = resolveSettings({ flags, env: environment.variables, xGoat });
  const runDefaults = fieldsOf(xGoat)["run"];
  return { environment, stack: withDatabase(stack, settings), demo, settings, runDefaults };
}

/** The setting `litellm-database` of the whole stack overrides the one in the gateway's own `x-goat` block. */
function withDatabase(stack: StackSpec, { litellmDatabase: database }: Settings): StackSpec {
  if (database === null) return stack;
  const services = stack.services.map((service) => {
    const embedded = { ...service.run.embedded, database };
    return service.role === "gateway" ? { ...service, run: { ...service.run, embedded } } : service;
  });
  return { ...stack, services };
}

/** Opens the engine that is asked for, else the recorded one, else one that answers. Throws engine-unreachable. */
export async function openStack(app: App, session: ProjectSession): Promise<OpenStack> {
  const { engine, info, reason } = await app.openEngine(engineRequest(session));
  const { clock, signal, emit } = app;
  const { variables: named, project } = session.environment;
  const certificates = certificateBundle(named, project.stateDir);
  const stack = engine.fit(certificates === null ? session.stack : withCertificates(session.stack, certificates));
  const open = { ...session, stack, certificates, engine, info, reason, clock, signal, emit };
  const isAsWritten = info.kind === "docker" && session.demo === null;
  if (!isAsWritten) return open;
  const { variables } = session.environment;
  const asked = { stack: session.stack, variables, profiles: app.options.profiles, signal };
  return { ...open, composeHashes: composeHashes(asked) };
}

/** The service runs (see `lifeOf`) that the last `up` saw ready. */
export function provenLives({ environment }: Pick<ProjectSession, "environment">): readonly string[] {
  return readProven(openState(environment.project.stateDir));
}

/** What the choice of an engine depends on. */
export function engineRequest({ stack, settings, environment }: ProjectSession): EngineRequest {
  return {
    wanted: settings.engine,
    recorded: stackStateOf(environment).engine,
    dockerHost: settings.dockerHost,
    stack,
    stateDir: environment.project.stateDir,
  };
}

function loadRequest({ cwd, env, options, packageRoot, version }: App): LoadRequest {
  const { files, envFiles, projectName, profiles } = options;
  return { cwd, shell: env, files, envFiles, projectName, profiles, packageRoot, version };
}

function stackStateOf({ project }: Environment): StackState {
  return readStackState(openState(project.stateDir));
}

/** A password that equals a name, as in postgres / postgres, is no secret: masking it would blank out every mention. */
function namesIn(stack: StackSpec): readonly string[] {
  return [
    stack.name,
    ...stack.services.map(({ name }) => name),
    ...stack.services.flatMap(({ environment }) =>
      Object.entries(environment).flatMap(([name, value]) =>
        /_(?:USER|DB|USERNAME|DATABASE)$/.test(name) ? [value] : [],
      ),
    ),
  ];
}
