import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { foldersToMake } from "../doctor/checks/mounted-files.ts";
import { describe } from "../errors/describe.ts";
import type { GoatError } from "../errors/goat-error.ts";
import type { GatewayAccess } from "../gateway/access.ts";
import { type ModelParameters, modelChanges, modelParameters } from "../gateway/model-changes.ts";
import type { StackSpec } from "../model/stack.ts";
import { templateKeys } from "../model/template-keys.ts";
import { kindOf, makeFolder, unwritable, writeInPlace } from "../platform/files.ts";
import type { ExampleMode } from "../project/settings.ts";
import { ensureStateFolder, openState } from "../project/state.ts";
import { needCertificates } from "../stack/certificates.ts";
import { databaseUrlOf, type GatewayEndpoint, gatewayOf, tracingOf } from "../stack/plan/endpoints.ts";
import type { PathPart } from "../stack/plan/graph.ts";
import { planFreshImages } from "../stack/plan/images.ts";
import { type CarriedOut, carryOut } from "../stack/run/execute.ts";
import { observeStack, readStatus, type ServiceStatus } from "../stack/run/observe.ts";
import { changedServices, isNothingToDo, type Prepared, type PrepareOptions, prepare } from "../stack/run/prepare.ts";
import { type Proof, prove } from "../stack/run/prove.ts";
import { keepProven } from "../stack/run/settled.ts";
import type { App } from "./app.ts";
import { claimStack, type OwnRequest } from "./own-stack.ts";
import { checkBringUp } from "./preflight.ts";
import { type OpenStack, provenLives } from "./project.ts";
import { recordEngine } from "./record-engine.ts";
import { readRoutes } from "./routes.ts";
import { tracePath } from "./trace-path.ts";

export interface BringUpOptions extends OwnRequest, PrepareOptions {
  readonly example: ExampleMode;
  /** First pull or build again the images whose `pull_policy` asks for it. */
  readonly fresh?: boolean;
  /** When the command began, as `clock.now()` told it. */
  readonly begin: number;
}

/** What `up` and `restart` have brought about. */
export interface UpReport extends Proof {
  readonly ok: true;
  /** The stack's name. */
  readonly stack: string;
  /** Services that were created, replaced or started. */
  readonly changed: readonly string[];
  /** What a reload changed of the gateway's models: "+ new", "- gone", "other: api_base". */
  readonly modelChanges: readonly string[];
  readonly durationMs: number;
  readonly demo: boolean;
  readonly services: readonly ServiceStatus[];
  readonly restarted: boolean;
  /** Everything was ready and as configured. */
  readonly nothingToDo: boolean;
  /** The chain of steps that decided how long it took. */
  readonly path: readonly PathPart[];
  readonly addresses: Addresses;
}

/** The addresses of what was brought up; null for a part that was not brought up or publishes no port. */
interface Addresses {
  /** The key only where it is the template's, which is no secret. */
  readonly gateway: { readonly url: string; readonly key: string | null } | null;
  /** LiteLLM's own page; null where it has no database, without which nobody can log in. */
  readonly admin: { readonly url: string; readonly login: string | null } | null;
  readonly tracing: { readonly url: string; readonly login: string | null } | null;
  readonly database: string | null;
}

/**
 * Runs the checks, carries out the plan, waits until the services are ready, and proves that the gateway answers. Every
 * service is started through here. The caller has to hold the stack's lock.
 */
export async function bringUp(open: OpenStack, options: BringUpOptions, app: App): Promise<UpReport> {
  needCertificates(open.environment.variables);
  await recordEngine(open, app);
  await writeOwn(open);
  const checked = await checkBringUp(open, { ...options, example: exampleMode(options) }, app);
  await claimStack(open, checked.observed, app);
  const images = options.fresh === true ? await freshen(open, checked) : null;
  const prepared =
    images === null ? checked : await prepare(open.stack, { names: options.names, restart: options.restart }, open);
  await makeFolders(prepared);
  // Not awaited yet: a busy gateway may answer late, and the reload takes longer anyway.
  const before = modelsBefore(prepared, app).catch(() => null);
  const state = openState(open.environment.project.stateDir);
  const proven = provenLives(open);
  const done = await carryOut({ ...prepared, proven }, open.settings.timeoutMs, open).catch((error: unknown) => {
    tellUnproven(prepared, describe(error), app);
    throw error;
  });
  const changes = await tellModelChanges(open.stack, await before, app);
  const nothingToDo = isNothingToDo(prepared.plan);
  if (!nothingToDo) open.serving?.clear();
  const observed = nothingToDo ? prepared.observed : await observeStack(open.stack, open);
  if (!nothingToDo) await keepProven(state, { ...prepared, observed, proven });
  const ready = prepared.services.map((service) => service.name);
  const brought = { ...open.stack, services: prepared.services };
  const [proof, services] = await Promise.all([
    proveGateway(open, options, { ...prepared, observed }, app),
    readStatus(brought, open, { observed, ready, proven }),
  ]);
  return {
    ok: true,
    stack: open.stack.name,
    changed: changedServices(prepared.plan),
    modelChanges: changes,
    durationMs: Math.round(app.clock.now() - options.begin),
    demo: open.demo !== null,
    services,
    ...proof,
    restarted: options.restart !== false,
    nothingToDo,
    path: [...(images?.path ?? []), ...done.path].map(({ subject, durationMs }) => ({
      subject,
      durationMs: Math.round(durationMs),
    })),
    addresses: addressesOf(brought, services),
  };
}

/** Pulls or builds again the images that are here but have to be renewed; null where there are none. */
async function freshen(open: OpenStack, checked: Prepared): Promise<CarriedOut | null> {
  const plan = planFreshImages(open.stack, checked.observed, checked.services);
  return plan.nodes.length === 0 ? null : carryOut({ ...checked, plan }, open.settings.timeoutMs, open);
}

/** The gateway's models before a reload; null where the plan does not reload it, or it does not tell them. */
function modelsBefore({ stack, plan }: Prepared, { signal }: App): Promise<ModelParameters | null> {
  const gateway = gatewayOf(stack);
  const reloads = plan.nodes.some(
    ({ subject, action }) => action.type === "reload-service" && subject === gateway?.service.name,
  );
  return gateway === null || !reloads ? Promise.resolve(null) : modelParameters(accessOf(gateway), signal);
}

async function tellModelChanges(
  stack: StackSpec,
  before: ModelParameters | null,
  { emit, signal }: App,
): Promise<readonly string[]> {
  const gateway = gatewayOf(stack);
  if (before === null || gateway === null) return [];
  const after = await modelParameters(accessOf(gateway), signal);
  const changes = after === null ? [] : modelChanges(before, after);
  if (changes.length > 0) emit({ type: "notice", level: "info", text: changes.join(", ") });
  return changes;
}

function accessOf({ url, key, service }: GatewayEndpoint): GatewayAccess {
  return { baseUrl: url, key, service: service.name };
}

/** `up litellm` runs the example client only where that was asked for explicitly. */
function exampleMode({ names, example }: BringUpOptions): ExampleMode {
  return names.length > 0 && example === "auto" ? "never" : example;
}

/**
 * Writes the demo's config and the certificates that the gateway mounts, before the checks look for them. Throws
 * file-unwritable.
 */
async function writeOwn({ demo, certificates, environment }: OpenStack): Promise<void> {
  const write = async (path: string, text: string, mode: number): Promise<void> => {
    await ensureStateFolder(environment.project.stateDir);
    await makeFolder(dirname(path), path);
    await writeInPlace(path, text, mode);
  };
  if (demo !== null) await write(demo.path, demo.text, 0o600);
  // The name holds a hash of the content, so an existing file is not written again. Any user may read it, since the
  // gateway may run as another one.
  if (certificates === null || kindOf(certificates.path) === "file") return;
  await write(certificates.path, await certificates.text(), 0o644);
}

/**
 * Makes missing folders that services mount, so that they belong to the user: an engine would make them root's. Throws
 * file-unwritable.
 */
async function makeFolders({ services }: Prepared): Promise<void> {
  for (const folder of foldersToMake(services, kindOf)) {
    await mkdir(folder, { recursive: true }).catch((error: unknown) => {
      throw unwritable(folder, error);
    });
  }
}

/** Reports the gateway's proof as skipped, and names the service that it needed. */
function tellUnproven({ stack, services }: Prepared, error: GoatError, { emit, signal }: App): void {
  const gateway = gatewayOf(stack);
  if (signal.aborted || gateway === null || !services.includes(gateway.service)) return;
  const text = `skipped: needs ${error.service ?? gateway.service.name}`;
  emit({ type: "step-finished", step: "gateway", outcome: "skipped", text, durationMs: 0 });
}

/** Proves that the gateway answers; all null where the gateway was not brought up, as with `up postgres`. */
async function proveGateway(
  open: OpenStack,
  options: BringUpOptions,
  { services, observed, plan }: Prepared,
  app: App,
): Promise<Proof> {
  const { stack, environment } = open;
  const gateway = gatewayOf(stack);
  if (gateway === null || !services.includes(gateway.service)) return { gateway: null, example: null, trace: null };
  const request = {
    stack,
    observed,
    routes: readRoutes(stack),
    traces: tracePath(stack),
    mode: exampleMode(options),
    wanted: environment.variables["EVAL_MODEL"],
    nodePath: app.nodePath,
    shell: app.env,
    state: openState(environment.project.stateDir),
    quiet: isNothingToDo(plan),
  };
  return prove(request, open);
}

const templateKey = templateKeys.LITELLM_MASTER_KEY;

/**
 * The page's login, only where its password is the template's. Where the Compose file sets none, LiteLLM takes the key
 * as password.
 */
function adminLogin({ service, key }: GatewayEndpoint): string | null {
  const { UI_USERNAME: name = "admin", UI_PASSWORD: password = key } = service.environment;
  return password === templateKey ? `${name} / ${password}` : null;
}

function addressesOf(stack: Prepared["stack"], services: readonly ServiceStatus[]): Addresses {
  const [gateway, tracing] = [gatewayOf(stack), tracingOf(stack)];
  const hasDatabase = services.some(({ role, database }) => role === "gateway" && database === true);
  return {
    gateway: gateway && { url: gateway.url, key: gateway.key === templateKey ? templateKey : null },
    admin: gateway && hasDatabase ? { url: `${gateway.pageUrl}/ui`, login: adminLogin(gateway) } : null,
    tracing: tracing && { url: tracing.pageUrl, login: tracing.login },
    database: databaseUrlOf(stack),
  };
}
