import type { ObservedService, ObservedStack } from "../model/observed.ts";
import type { ReadinessSpec, Role, ServiceSpec, StackSpec } from "../model/stack.ts";
import { deadline } from "../platform/deadline.ts";
import { decoration } from "../platform/decoration.ts";
import { createProbe } from "../readiness/probe.ts";
import { driftOf } from "./drift.ts";
import { publishedPort, urlOf } from "./endpoints.ts";
import type { EngineContext } from "./engine-context.ts";
import { askReadiness, type GatewayWord } from "./gateway-database.ts";
import { containerOf, observeStack } from "./observe.ts";
import { sightContext } from "./sight.ts";
import { recorderName } from "./stand-in.ts";

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
  /** What answers is not what the role names: goat-dev's trace recorder in Langfuse's place. */
  readonly standIn: string | null;
  /** Whether the gateway has a database for keys and budgets; null where it does not say, and for other services. */
  readonly database: boolean | null;
  readonly pid?: number;
}

const PROBE_LIMIT_MS = 1_000;
const MEMORY_LIMIT_MS = 2_000;
const FRESH_RESTART_MS = 10_000;

/** What a command has just seen, and need not ask again. */
export interface Seen {
  readonly observed: ObservedStack;
  /** Services that have answered. */
  readonly ready: readonly string[];
}

/** Every service as it is now, each asked once. */
export const readStatus = async (
  stack: StackSpec,
  context: EngineContext,
  seen?: Seen,
): Promise<readonly ServiceStatus[]> => {
  const observed = seen?.observed ?? (await observeStack(stack, context));
  const answered = new Set(seen?.ready);
  const running = observed.services.filter((found) => found.state === "running").map((found) => found.container);
  const [memory, standIn, word, states] = await Promise.all([
    decoration(context.signal, MEMORY_LIMIT_MS, (signal) => context.engine.memory(running, signal)),
    recorderName(stack, context.signal),
    askReadiness(stack, context.signal),
    Promise.all(stack.services.map((service) => stateOf(stack, service, observed, answered, context))),
  ]);
  return stack.services.map((service, index) => {
    const found = containerOf(stack, service, observed);
    const state = seenThrough(service, states[index] ?? { state: "absent", why: null }, word);
    return {
      name: service.name,
      role: service.role,
      ...state,
      standIn: service.role === "tracing" && state.state === "ready" ? standIn : null,
      database: service.role === "gateway" && state.state === "ready" ? (word?.database ?? null) : null,
      url: urlOf(service),
      port: publishedPort(service)?.host ?? null,
      image: found?.image ?? service.run.docker?.image ?? null,
      since: found?.startedAt ?? null,
      memoryBytes: found === undefined ? null : (memory?.[found.container] ?? null),
      drift: found === undefined ? [] : driftOf(stack, service, found, observed),
      ...(found?.pid === undefined ? {} : { pid: found.pid }),
    };
  });
};

interface State {
  readonly state: ServiceState;
  readonly why: string | null;
}

/** A status of 200 is no proof: what answers has to speak as LiteLLM does. */
const seenThrough = (service: ServiceSpec, state: State, word: GatewayWord | null): State =>
  service.role === "gateway" && state.state === "ready" && word !== null && word.strange !== null
    ? { state: "unready", why: `${word.strange}, which is not LiteLLM` }
    : state;

const stateOf = async (
  stack: StackSpec,
  service: ServiceSpec,
  observed: ObservedStack,
  answered: ReadonlySet<string>,
  context: EngineContext,
): Promise<State> => {
  const found = containerOf(stack, service, observed);
  if (found === undefined) return { state: "absent", why: null };
  if (found.state === "created") return { state: "created", why: found.startError };
  if (found.state === "exited" || found.state === "dead") return ended(service, found);
  if (found.state === "restarting" || crashedLately(found, context)) {
    return { state: "restarting", why: `${found.restartCount} restarts so far` };
  }
  if (found.state === "paused") return { state: "paused", why: null };
  return answered.has(service.name) ? { state: "ready", why: null } : ask(service, found, context);
};

const ended = (service: ServiceSpec, found: ObservedService): State => {
  if (service.ready.kind === "exit" && found.exitCode === service.ready.code) return { state: "ready", why: null };
  if (found.oomKilled) return { state: "exited", why: "killed: out of memory" };
  return { state: "exited", why: found.startError ?? exitText(found.exitCode) };
};

/** A plain process whose parent is gone leaves no status behind. */
const exitText = (code: number | null): string => (code === null ? "ended, nobody saw how" : `exit status ${code}`);

/** A crash loop that was caught in a running instant. */
const crashedLately = (found: ObservedService, context: EngineContext): boolean =>
  found.restartCount > 0 && ageMs(found, context) < FRESH_RESTART_MS;

const ageMs = (found: ObservedService, context: EngineContext): number =>
  found.startedAt === null ? 0 : context.clock.date().getTime() - Date.parse(found.startedAt);

const ask = async (service: ServiceSpec, found: ObservedService, context: EngineContext): Promise<State> => {
  using limit = deadline(context.signal, PROBE_LIMIT_MS);
  const { signal } = limit;
  const wait = { service: service.name, container: found.container };
  const sight = { ...sightContext(wait, { ...context, stack: "", signal }), sighting: async () => found };
  const verdict = await createProbe(askedOnce(service.ready))({ ...sight, clock: context.clock, signal }).catch(
    () => ({ state: "pending", why: "no answer in time" }) as const,
  );
  context.signal.throwIfAborted();
  if (verdict.state === "ready") return { state: "ready", why: null };
  const young = verdict.state === "pending" && ageMs(found, context) < service.readyTimeoutMs;
  return { state: young ? "starting" : "unready", why: verdict.why };
};

/** "Keeps running" cannot be seen in one look; that it runs can. */
const askedOnce = (spec: ReadinessSpec): ReadinessSpec => (spec.kind === "running" ? { ...spec, forMs: 0 } : spec);
