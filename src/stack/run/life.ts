import { fieldsOf } from "../../model/fields.ts";
import type { ObservedService } from "../../model/observed.ts";
import type { Role, ServiceSpec } from "../../model/stack.ts";
import { decoration } from "../../platform/deadline.ts";
import type { State } from "../../project/state.ts";
import type { EngineContext } from "../engine-context.ts";

/** The state file that holds the lives (see `lifeOf`) in which services were seen ready. */
export const provenFile = "ready.json";

/** Lives in which the last `up` saw services ready. */
export function readProven(state: State): readonly string[] {
  const { lives } = fieldsOf(state.readJson(provenFile));
  return Array.isArray(lives) ? lives.filter((life) => typeof life === "string") : [];
}

/** Identifies one life of a service: one run of its container, from a start to its end. */
export function lifeOf({ name, handle, startedAt }: ObservedService): string {
  return `${name} ${handle} ${startedAt}`;
}

/**
 * Whether the service has answered in this life: the last `up` saw it ready, its health check says so, or it or its
 * launcher has said which files it serves.
 */
export function hasServed(found: ObservedService, proven: readonly string[] = []): boolean {
  return proven.includes(lifeOf(found)) || found.health === "healthy" || found.stale !== undefined;
}

/** It has run for as long as it may take to get ready. */
export function hadItsTime({ readyTimeoutMs }: ServiceSpec, { startedAt }: ObservedService, now: Date): boolean {
  return startedAt !== null && now.getTime() - Date.parse(startedAt) >= readyTimeoutMs;
}

/** Whether the log of this life says that the service is up. Not read where there is a launcher, which knows better. */
export async function saysItServes(
  service: ServiceSpec,
  { container, startedAt }: ObservedService,
  { engine, signal }: Pick<EngineContext, "engine" | "signal">,
): Promise<boolean> {
  const pattern = servingLines[service.ready.kind === "postgres" ? "database" : service.role];
  if (pattern === undefined || startedAt === null || service.reload !== undefined) return false;
  const containers = [{ service: service.name, container }];
  const read = async (limited: AbortSignal): Promise<boolean> => {
    const options = { containers, follow: false, tail: null, since: startedAt, signal: limited };
    for await (const { line } of engine.logs(options)) if (pattern.test(line)) return true;
    return false;
  };
  return (await decoration(signal, logLimitMs, read)) === true;
}

const logLimitMs = 2_000;

const servingLines: Readonly<Partial<Record<Role, RegExp>>> = {
  database: /database system is ready to accept connections/,
  tracing: /Ready in \d/,
  gateway: /Uvicorn running on /,
};
