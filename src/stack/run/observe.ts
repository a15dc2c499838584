import { isLasting } from "../../doctor/failures/diagnose.ts";
import { type FailureReport, failureReport, type GoatError } from "../../errors/goat-error.ts";
import type { ObservedService, ObservedStack } from "../../model/observed.ts";
import type { ReadinessSpec, Role, ServiceSpec, StackSpec } from "../../model/stack.ts";
import { decoration } from "../../platform/deadline.ts";
import type { FailureReason, ProbeContext } from "../../readiness/probe.ts";
import { askOnce, hear, isSilence } from "../../readiness/silence.ts";
import type { EngineContext } from "../engine-context.ts";
import { adopt, isMadeByCompose } from "../plan/adopt.ts";
import { containerOf } from "../plan/containers.ts";
import { driftOf } from "../plan/drift.ts";
import { publishedPort, urlOf } from "../plan/endpoints.ts";
import { changedNetworks } from "../plan/networks.ts";
import { causeOf, whyHanging } from "./cause.ts";
import { hadItsTime, hasServed, saysItServes } from "./life.ts";
import { askServed, withServed } from "./served.ts";
import { questionTo } from "./wait.ts";
import { askWords, type GatewayWord } from "./words.ts";

export async function observeStack(stack: StackSpec, context: EngineContext): Promise<ObservedStack> {
  const images = stack.services.flatMap((service) => service.run.docker?.image ?? []);
  using asked = askServed(stack, context);
  const observed = await context.engine.observe({ stack: stack.name, images: [...new Set(images)] }, context.signal);
  const { composeHashes } = context;
  const isForeign = composeHashes !== undefined && observed.services.some(isMadeByCompose);
  const known = isForeign ? adopt(stack, observed, await composeHashes()) : observed;
  return await withServed(stack, known, asked, context);
}

type ServiceState = "absent" | "created" | "starting" | "ready" | "unready" | "paused" | "restarting" | "exited";

export interface ServiceStatus {
  readonly name: string;
  readonly role: Role;
  readonly state: ServiceState;
  readonly url: string | null;
  readonly port: number | null;
  readonly image: string | null;
  readonly since: string | null;
  readonly memoryBytes: number | null;
  /** Fields and files that differ from the Compose file. */
  readonly drift: readonly string[];
  /** Why it is not ready. */
  readonly why: string | null;
  /** Why it is not ready, where waiting does not help: a code of docs/failures.md. */
  readonly failure: FailureReport | null;
  /** What answers in place of the role's own product: goat-dev's trace recorder instead of Langfuse; else null. */
  readonly standIn: string | null;
  /** Whether the gateway has a database for keys and budgets; null where it does not say, and for other services. */
  readonly database: boolean | null;
  readonly pid?: number;
}

const PROBE_LIMIT_MS = 1_000;

/** For asking a silent service again: one that hangs costs a few seconds. */
const AGAIN_LIMIT_MS = 1_500;

/** Of a health check's command, which has to start first. */
const COMMAND_LIMIT_MS = 3_000;

const MEMORY_LIMIT_MS = 2_000;

const FRESH_RESTART_MS = 10_000;

/** What a command has just seen, and need not ask again. */
export interface Seen {
  readonly observed?: ObservedStack;
  /** Services that have answered. */
  readonly ready?: readonly string[];
  /** Lives in which the last `up` saw services ready. */
  readonly proven: readonly string[];
}

/** Every service as it is now. Each is asked once; one that is silent though it should answer is asked again. */
export async function readStatus(
  stack: StackSpec,
  context: EngineContext,
  seen: Seen,
): Promise<readonly ServiceStatus[]> {
  const observed = seen.observed ?? (await observeStack(stack, context));
  const running = observed.services.filter((found) => found.state === "running").map((found) => found.container);
  const words = askWords(stack, context.signal);
  const [memory, standIn, word, states] = await Promise.all([
    decoration(context.signal, MEMORY_LIMIT_MS, (signal) => context.engine.memory(running, signal)),
    words.standIn,
    words.gateway,
    Promise.all(
      stack.services.map((service) => stateOf(stack, service, { ...seen, observed, heard: words.heard }, context)),
    ),
  ]);
  const renewed = changedNetworks(stack, observed, stack.services).map(({ network }) => network.name);
  const report = async (service: ServiceSpec, index: number): Promise<ServiceStatus> => {
    const found = containerOf(stack, service, observed);
    const told = seenThrough(service, states[index] ?? { state: "absent", why: null }, word);
    const cause = found === undefined ? null : await failureOf(service, found, told, stack, context);
    const state = { state: told.state, why: told.why };
    return {
      name: service.name,
      role: service.role,
      ...state,
      failure: cause === null ? null : failureReport(cause),
      ...wordsOf(service, state, standIn, word),
      url: urlOf(service),
      port: publishedPort(service)?.host ?? null,
      image: found?.image ?? service.run.docker?.image ?? null,
      since: found?.startedAt ?? null,
      memoryBytes: found === undefined ? null : (memory?.[found.container] ?? null),
      drift: found === undefined ? [] : driftOf(stack, service, found, observed, renewed),
      ...(found?.pid === undefined ? {} : { pid: found.pid }),
    };
  };
  return Promise.all(stack.services.map(report));
}

/** What a service that is ready says of itself. */
function wordsOf(
  { role }: ServiceSpec,
  { state }: State,
  standIn: string | null,
  word: GatewayWord | null,
): Pick<ServiceStatus, "standIn" | "database"> {
  if (state !== "ready") return { standIn: null, database: null };
  return {
    standIn: role === "tracing" ? standIn : null,
    database: role === "gateway" ? (word?.database ?? null) : null,
  };
}

interface State {
  readonly state: ServiceState;
  readonly why: string | null;
  /** The reason of a failure, where its probe is sure of it. */
  readonly reason?: FailureReason | undefined;
  /** True where it has answered since it was started, and is silent now. */
  readonly hangs?: boolean;
}

/** Why it is not ready; for a service that is still starting, only a cause that waiting does not resolve. */
async function failureOf(
  service: ServiceSpec,
  found: ObservedService,
  { state, why, reason, hangs }: State,
  stack: StackSpec,
  context: EngineContext,
): Promise<GoatError | null> {
  if (state === "ready") return null;
  const isAsked = state === "unready" || state === "starting";
  const heard = isAsked ? { why: why ?? state, reason: reason ?? null } : null;
  const text = `${service.name} ${state}${why === null ? "" : `: ${why}`}`;
  const cause = await causeOf({ service, found, stack: stack.name, heard, text }, context);
  if (hangs === true) return whyHanging(service, cause, why ?? text);
  return cause !== null && state === "starting" && reason === undefined && !isLasting(cause) ? null : cause;
}

/** A status of 200 is no proof: what answers has to speak as LiteLLM does. */
function seenThrough(service: ServiceSpec, state: State, word: GatewayWord | null): State {
  return service.role === "gateway" && state.state === "ready" && word !== null && word.strange !== null
    ? { state: "unready", why: `${word.strange}, which is not LiteLLM` }
    : state;
}

async function stateOf(
  stack: StackSpec,
  service: ServiceSpec,
  { observed, ready = [], proven, heard }: Seen & Pick<AskIo, "heard"> & { readonly observed: ObservedStack },
  context: EngineContext,
): Promise<State> {
  const found = containerOf(stack, service, observed);
  if (found === undefined) return { state: "absent", why: null };
  if (found.state === "created") return { state: "created", why: found.startError };
  if (found.state === "exited" || found.state === "dead") return ended(service, found);
  if (found.state === "restarting" || crashedLately(found, context)) {
    return { state: "restarting", why: `${found.restartCount} restarts so far` };
  }
  if (found.state === "paused") return { state: "paused", why: null };
  if (ready.includes(service.name)) return { state: "ready", why: null };
  return ask(service, found, { ...context, stack: stack.name, look: async () => observed, proven, heard });
}

function ended(service: ServiceSpec, found: ObservedService): State {
  if (service.ready.kind === "exit" && found.exitCode === service.ready.code) return { state: "ready", why: null };
  if (found.oomKilled) return { state: "exited", why: "killed: out of memory" };
  return { state: "exited", why: found.startError ?? exitText(found.exitCode) };
}

/** A plain process whose parent is gone leaves no status behind. */
function exitText(code: number | null): string {
  return code === null ? "ended, exit status unknown" : `exit status ${code}`;
}

/** True for one that keeps crashing and happens to run at this moment. */
function crashedLately(found: ObservedService, context: EngineContext): boolean {
  return found.restartCount > 0 && ageMs(found, context) < FRESH_RESTART_MS;
}

function ageMs(found: ObservedService, context: EngineContext): number {
  return found.startedAt === null ? 0 : context.clock.date().getTime() - Date.parse(found.startedAt);
}

interface AskIo extends EngineContext {
  readonly heard: NonNullable<ProbeContext["heard"]>;
  /** The stack's name. */
  readonly stack: string;
  look(): Promise<ObservedStack>;
  readonly proven: readonly string[];
}

async function ask(service: ServiceSpec, found: ObservedService, io: AskIo): Promise<State> {
  const { clock, signal } = io;
  const question = questionTo(askedOnce(service.ready), { service: service.name, container: found.container }, io);
  const commandMs = service.ready.kind === "exec" ? COMMAND_LIMIT_MS : 0;
  const first = await askOnce(question, signal, Math.max(commandMs, PROBE_LIMIT_MS));
  const isOld = hadItsTime(service, found, clock.date());
  const served = isSilence(first) && (hasServed(found, io.proven) || (await saysItServes(service, found, io)));
  const again = isSilence(first) && (served || isOld);
  const verdict = again
    ? await hear(question, { clock, signal, pauseMs: 200, limitMs: Math.max(commandMs, AGAIN_LIMIT_MS) })
    : first;
  if (verdict.state === "ready") return { state: "ready", why: null };
  const hangs = served && isSilence(verdict);
  const state = verdict.state === "failed" || isOld || hangs ? "unready" : "starting";
  return { state, why: verdict.why, reason: verdict.state === "failed" ? verdict.reason : undefined, hangs };
}

/** One look cannot tell whether a service keeps running, only that it runs. */
function askedOnce(spec: ReadinessSpec): ReadinessSpec {
  return spec.kind === "running" ? { ...spec, forMs: 0 } : spec;
}
