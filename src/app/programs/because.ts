import { setTimeout } from "node:timers/promises";
import { GatewayError } from "../../client/client.ts";
import { hung } from "../../doctor/failures/service.ts";
import { describe } from "../../errors/describe.ts";
import { GoatError } from "../../errors/goat-error.ts";
import { decoration } from "../../platform/deadline.ts";
import { httpStatus } from "../../platform/http.ts";
import { gatewayOf, originOf } from "../../stack/plan/endpoints.ts";
import { readStatus, type ServiceStatus } from "../../stack/run/observe.ts";
import type { App } from "../app.ts";
import { openStack, type ProjectSession } from "../project.ts";

const lookLimitMs = 8_000;

/** Kinds of failure after which the stack is worth a look: the gateway did not really answer. */
const unanswered: readonly string[] = ["gateway-down", "timeout", "unexpected-answer", "bad-key"];

/** A call that got no real answer, with what the stack says of its gateway, where that is the cause. Any other error comes back as it is. */
export async function becauseOfStack(error: unknown, session: ProjectSession, app: App): Promise<unknown> {
  if (!(error instanceof GoatError) || !isUnanswered(error)) return error;
  const status = await decoration(app.signal, lookLimitMs, () => gatewayStatus(session, app));
  return status === null ? error : becauseOfState(error, status);
}

/** What the gateway's state makes of a call without an answer. */
export function becauseOfState(
  error: GoatError,
  { state, failure, name }: Pick<ServiceStatus, "state" | "failure" | "name">,
): GoatError {
  if (failure !== null) {
    return new GoatError(failure.code, failure.message, {
      ...failure,
      evidence: [...failure.evidence, ...error.evidence],
    });
  }
  // Whoever boots takes no connection yet; one that took them and was silent hangs, however young it is.
  if (state !== "starting" || error.code === "service-hung") return error;
  return new GoatError(error.code, `${name} is starting, and does not answer yet`, {
    service: name,
    evidence: error.evidence,
    fixes: [{ command: "goat-dev up", effect: "waits for it" }],
    cause: error,
  });
}

function isUnanswered({ code, cause }: GoatError): boolean {
  if (cause instanceof GatewayError) return unanswered.includes(cause.kind);
  return code === "gateway-refused" || code === "service-hung";
}

/** Null where it is well, or nothing can be seen of it. */
async function gatewayStatus(session: ProjectSession, app: App): Promise<ServiceStatus | null> {
  const open = await openStack(app, session);
  const statuses = await readStatus(open.stack, open);
  return statuses.find(({ role }) => role === "gateway") ?? null;
}

const beatMs = 3_000;

const beatLimitMs = 4_000;

const silentBeats = 3;

/**
 * Does the work, and ends it where the gateway's own health is silent for some ten seconds: a model may take its time, a gateway
 * that hangs never answers. Throws service-hung.
 */
export async function whileAlive<T>(
  session: ProjectSession,
  app: App,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const gateway = gatewayOf(session.stack);
  if (gateway === null) return work(app.signal);
  const [dead, done] = [new AbortController(), new AbortController()];
  const pulse = async (): Promise<void> => {
    const url = `${originOf(gateway)}/health/liveliness`;
    for (let silent = 0; silent < silentBeats; ) {
      await setTimeout(beatMs, undefined, { signal: done.signal });
      const answer = await decoration(done.signal, beatLimitMs, (limited) => answered(url, limited));
      silent = answer === true ? 0 : silent + 1;
    }
    dead.abort(hung(gateway.service, `GET ${new URL(url).pathname}: no answer in time, ${silentBeats} times in turn`));
  };
  void pulse().catch(() => undefined);
  try {
    return await work(AbortSignal.any([app.signal, dead.signal]));
  } catch (error) {
    throw dead.signal.aborted && !app.signal.aborted ? describe(dead.signal.reason) : error;
  } finally {
    done.abort();
  }
}

/** True for any answer, and for none at a closed port, which the call itself is told. */
async function answered(url: string, signal: AbortSignal): Promise<boolean> {
  return httpStatus(url, signal).then(
    () => true,
    () => !signal.aborted,
  );
}
