import { GatewayError } from "../../client/client.ts";
import { hung } from "../../doctor/failures/service.ts";
import { GoatError } from "../../errors/goat-error.ts";
import { systemClock } from "../../platform/clock.ts";
import { decoration } from "../../platform/deadline.ts";
import { probeHttp } from "../../readiness/probe.ts";
import { untilHanging, whileWatched } from "../../readiness/silence.ts";
import { gatewayOf } from "../../stack/plan/endpoints.ts";
import { readStatus, type ServiceStatus } from "../../stack/run/observe.ts";
import type { App } from "../app.ts";
import { openStack, type ProjectSession, provenLives } from "../project.ts";

const lookLimitMs = 12_000;

/** Kinds of failure after which the stack is worth a look: the gateway did not really answer. */
const unanswered: readonly string[] = ["gateway-down", "timeout", "unexpected-answer", "bad-key"];

/**
 * Explains a call that got no real answer by the state of the gateway's service, where that is the cause. Any other
 * error comes back as it is.
 */
export async function becauseOfStack(error: unknown, session: ProjectSession, app: App): Promise<unknown> {
  if (!(error instanceof GoatError) || !isUnanswered(error)) return error;
  const status = await decoration(app.signal, lookLimitMs, () => gatewayStatus(session, app));
  return status === null ? error : becauseOfState(error, status);
}

/** The error for a call without an answer, as the gateway's state explains it; the given one where it does not. */
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
  // A gateway that is starting takes no connections yet. One that takes them and stays silent hangs, however new it is.
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

/** The state of the gateway's service; null where the stack has none. */
async function gatewayStatus(session: ProjectSession, app: App): Promise<ServiceStatus | null> {
  const open = await openStack(app, session);
  const statuses = await readStatus(open.stack, open, { proven: provenLives(open) });
  return statuses.find(({ role }) => role === "gateway") ?? null;
}

/**
 * Does the work, and ends it once the gateway's health check gets no answer any more: a model may take its time, but a
 * gateway that hangs never answers. Uses the system's clock and not the app's, since the work is no wait of goat-dev's
 * own. Throws service-hung.
 */
export async function whileAlive<T>(
  session: ProjectSession,
  { signal }: App,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const gateway = gatewayOf(session.stack);
  if (gateway === null) return work(signal);
  const { host, port, service } = gateway;
  const health = { host, port, path: "/health/liveliness", status: 200 };
  const watch = async (over: AbortSignal): Promise<never> => {
    const ask = (limited: AbortSignal) => probeHttp(health, { signal: limited, log: async () => "" });
    throw hung(service, await untilHanging(ask, { clock: systemClock, signal: over }));
  };
  return whileWatched(work, [watch], signal);
}
