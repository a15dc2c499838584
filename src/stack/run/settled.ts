import { fieldsOf } from "../../model/fields.ts";
import type { ObservedService } from "../../model/observed.ts";
import type { State } from "../../project/state.ts";
import type { Prepared } from "./prepare.ts";

/** Services that a plan leaves running, and that were ready in this life of theirs, or have had all the time to get so. */
export function settledServices({ services, observed, plan, proven }: Prepared, now: Date): ReadonlySet<string> {
  const started = new Set(plan.nodes.flatMap((node) => (node.action.type === "start-container" ? [node.subject] : [])));
  const lives = observed.services.filter(({ name, state }) => state === "running" && !started.has(name));
  const isSettled = (found: ObservedService): boolean => {
    const limitMs = services.find(({ name }) => name === found.name)?.readyTimeoutMs ?? Number.POSITIVE_INFINITY;
    const ranMs = found.startedAt === null ? 0 : now.getTime() - Date.parse(found.startedAt);
    return proven?.includes(lifeOf(found)) === true || ranMs >= limitMs;
  };
  return new Set(lives.filter(isSettled).map(({ name }) => name));
}

const file = "ready.json";

/** Lives in which the last `up` saw services ready. */
export function readProven(state: State): readonly string[] {
  const { lives } = fieldsOf(state.readJson(file));
  return Array.isArray(lives) ? lives.filter((life) => typeof life === "string") : [];
}

/** After everything was waited for. What cannot be kept is not told: a service that hangs is then told later. */
export async function keepProven(state: State, { services, observed, proven }: Prepared): Promise<void> {
  const isProven = (found: ObservedService): boolean =>
    services.some(({ name }) => name === found.name) || proven?.includes(lifeOf(found)) === true;
  const lives = observed.services.filter((found) => found.state === "running" && isProven(found)).map(lifeOf);
  await state.writeJson(file, { lives });
}

function lifeOf({ name, handle, startedAt }: ObservedService): string {
  return `${name} ${handle} ${startedAt}`;
}
