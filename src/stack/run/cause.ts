import { diagnose, isLasting } from "../../doctor/failures/diagnose.ts";
import type { Heard } from "../../doctor/failures/evidence.ts";
import { tellingLines } from "../../doctor/failures/log-lines.ts";
import { hung } from "../../doctor/failures/service.ts";
import type { ErrorCode } from "../../errors/catalog.ts";
import { type Fix, GoatError } from "../../errors/goat-error.ts";
import type { ObservedService } from "../../model/observed.ts";
import type { ServiceSpec } from "../../model/stack.ts";
import type { EngineContext } from "../engine-context.ts";
import { gather } from "./evidence.ts";

/** A service that is there and not ready, as its state was read. */
export interface Unwell {
  readonly service: ServiceSpec;
  readonly found: ObservedService;
  /** The stack's name. */
  readonly stack: string;
  /** Null where it was not asked. */
  readonly heard: Heard | null;
  /** In words, with its name: "litellm exited: exit status 1". */
  readonly text: string;
}

/** Why the service is not ready, as `up` would report it. Null where no cause is known and it was never started. */
export async function causeOf(unwell: Unwell, context: EngineContext): Promise<GoatError | null> {
  const { service, found, heard, text } = unwell;
  const { name } = service;
  const again: Fix = { command: "goat-dev up", effect: "starts it" };
  if (found.state === "paused") {
    const fixes = [{ command: "goat-dev up", effect: "resumes it" }];
    return new GoatError("service-paused", `${name} is paused: it does nothing until it is resumed`, {
      service: name,
      fixes,
    });
  }
  const { exitCode, oomKilled: outOfMemory, startError } = found;
  const ended = heard === null ? { exitCode, outOfMemory, startError } : null;
  const scene = { engine: context.engine, service, container: found.container, stack: unwell.stack };
  const seen = await gather(scene, { ended, heard });
  const known = diagnose(seen);
  if (known !== null) return known;
  if (found.state === "created" && startError === null) return null;
  return new GoatError(codeOf(found), text, {
    service: name,
    evidence: tellingLines(seen.log),
    fixes: [again, { command: `goat-dev logs ${name}`, effect: "shows the whole log; no cause is known for this" }],
  });
}

/**
 * The cause for a service that has answered before and is silent now: a known one that lasts, else that it hangs. Any
 * other known cause is read from its log, which is about the time when it still wrote.
 */
export function whyHanging(service: ServiceSpec, known: GoatError | null, why: string): GoatError {
  return known !== null && isLasting(known) ? known : hung(service, why);
}

function codeOf({ state }: ObservedService): ErrorCode {
  if (state === "restarting") return "service-restarting";
  return state === "exited" || state === "dead" ? "service-exited" : "service-not-ready";
}
