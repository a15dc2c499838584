import { GoatError } from "../../errors/goat-error.ts";
import type { ObservedService, ObservedStack } from "../../model/observed.ts";
import type { Plan } from "../../model/plan.ts";
import type { PortSpec, ServiceSpec, StackSpec } from "../../model/stack.ts";
import { loadProbes } from "../../readiness/probe.ts";
import type { EngineContext } from "../engine-context.ts";
import { selectServices } from "../plan/graph.ts";
import { reconcile } from "../plan/reconcile.ts";
import { observeStack } from "./observe.ts";

export interface Prepared {
  readonly stack: StackSpec;
  readonly services: readonly ServiceSpec[];
  readonly observed: ObservedStack;
  readonly plan: Plan;
  /** Lives (see `lifeOf`) in which services were seen ready. */
  readonly proven?: readonly string[];
}

/** Whether services are started anew even where nothing changed; "soft" lets those reload that can. */
type RestartMode = false | "soft" | "hard";

export interface PrepareOptions {
  /** Empty means all. */
  readonly names: readonly string[];
  readonly restart: RestartMode;
  /** What was looked at under the same lock, and need not be again. */
  readonly seen?: ObservedStack;
}

/** Looks and plans; changes nothing. Throws unknown-service, and engine-refused for what this engine cannot run. */
export async function prepare(stack: StackSpec, options: PrepareOptions, context: EngineContext): Promise<Prepared> {
  const services = selectServices(stack, options.names);
  refuseUnsupported(services, context);
  const observing = options.seen ?? observeStack(stack, context);
  loadProbes(services.map(({ ready }) => ready));
  const observed = await observing;
  const asked = options.names.length > 0 ? options.names : services.map((service) => service.name);
  const { restart } = options;
  const plan = reconcile(stack, observed, {
    services,
    restart: new Map(restart === false ? [] : asked.map((name) => [name, restart])),
  });
  return { stack, services, observed, plan };
}

function refuseUnsupported(services: readonly ServiceSpec[], context: EngineContext): void {
  for (const service of services) {
    const answer = context.engine.supports(service);
    if (answer.ok) continue;
    throw new GoatError("engine-refused", `${service.name} cannot run here: ${answer.reason}`, {
      service: service.name,
    });
  }
}

/** True where the plan changes nothing and only waits for services. */
export function isNothingToDo(plan: Plan): boolean {
  return plan.nodes.every(({ action }) => action.type === "await-ready" || action.type === "await-exit");
}

/** Services that the plan creates, replaces, starts or reloads. */
export function changedServices(plan: Plan): readonly string[] {
  const deeds: readonly string[] = ["start-container", "reload-service"];
  return [...new Set(plan.nodes.filter(({ action }) => deeds.includes(action.type)).map((node) => node.subject))];
}

const holdsPorts: ReadonlySet<ObservedService["state"]> = new Set(["running", "paused", "restarting"]);

/** The host's ports that the plan will open and that no container of this stack holds now. */
export function portsToOpen({ services, observed, plan }: Prepared): readonly { service: string; port: PortSpec }[] {
  const held = observed.services.filter(({ state }) => holdsPorts.has(state)).flatMap((found) => found.ports);
  const starting = new Set(changedServices(plan));
  return services
    .filter((service) => starting.has(service.name))
    .flatMap((service) => service.ports.map((port) => ({ service: service.name, port })))
    .filter(
      ({ port }) => port.host !== null && !held.some((own) => own.host === port.host && own.protocol === port.protocol),
    );
}
