import type { ObservedService } from "../../model/observed.ts";
import type { State } from "../../project/state.ts";
import { hadItsTime, hasServed, lifeOf, provenFile } from "./life.ts";
import type { Prepared } from "./prepare.ts";

/** Services that a plan leaves running and that have had time to boot: silence does not mean that they still boot. */
export function settledServices({ services, observed, plan, proven }: Prepared, now: Date): ReadonlySet<string> {
  const started = new Set(plan.nodes.flatMap((node) => (node.action.type === "start-container" ? [node.subject] : [])));
  const lives = observed.services.filter(({ name, state }) => state === "running" && !started.has(name));
  const isSettled = (found: ObservedService): boolean => {
    const service = services.find(({ name }) => name === found.name);
    return hasServed(found, proven) || (service !== undefined && hadItsTime(service, found, now));
  };
  return new Set(lives.filter(isSettled).map(({ name }) => name));
}

/** Called after all waits. A failed write is not reported: it only means that a hanging service is recognised later. */
export async function keepProven(state: State, { services, observed, proven }: Prepared): Promise<void> {
  const isProven = (found: ObservedService): boolean =>
    services.some(({ name }) => name === found.name) || proven?.includes(lifeOf(found)) === true;
  const lives = observed.services.filter((found) => found.state === "running" && isProven(found)).map(lifeOf);
  await state.writeJson(provenFile, { lives });
}
