import type { Action } from "../model/plan.ts";
import type { ReadinessSpec, ServiceSpec } from "../model/stack.ts";
import { createProbe } from "../readiness/probe.ts";
import { waitUntilReady } from "../readiness/wait.ts";
import type { ExecuteIo } from "./execute-io.ts";
import { deathError, waitError } from "./failure.ts";
import { sightContext } from "./sight.ts";
import { isDeath } from "./watch.ts";

type Wait = Extract<Action, { type: "await-ready" | "await-exit" }>;

/** Waits until the service answers, or has completed; throws at once when it ends otherwise. */
export const awaitService = async (wait: Wait, service: ServiceSpec, io: ExecuteIo): Promise<void> => {
  const completes = wait.type === "await-exit";
  const spec: ReadinessSpec = completes ? { kind: "exit", code: 0 } : service.ready;
  const scene = { engine: io.engine, service, container: wait.container, stack: io.stack };
  // A service that is to complete may end; the probe reads its status.
  const death = completes ? null : io.watch.deathOf(wait.container, { starting: false });
  const begin = io.clock.now();
  const options = {
    clock: io.clock,
    signal: death === null ? io.signal : AbortSignal.any([io.signal, death]),
    timeoutMs: Math.max(0, Math.min(wait.timeoutMs, (io.deadline ?? Number.POSITIVE_INFINITY) - begin)),
    context: sightContext(wait, io),
    onHeard: (why: string) => io.report.heard(wait.service, why),
  };
  try {
    const result = await waitUntilReady(createProbe(spec), options);
    if (result.state !== "ready") throw await waitError(scene, result);
  } catch (error) {
    if (io.signal.aborted || !isDeath(death?.reason)) throw error;
    throw await deathError(scene, death.reason, io.clock.now() - begin);
  }
};
