import { diagnose, isLasting } from "../../doctor/failures/diagnose.ts";
import type { Evidence } from "../../doctor/failures/evidence.ts";
import { tellingLines } from "../../doctor/failures/log-lines.ts";
import { removedMeanwhile } from "../../doctor/failures/service.ts";
import type { Engine } from "../../engine/engine.ts";
import type { ErrorCode } from "../../errors/catalog.ts";
import { messageOf } from "../../errors/describe.ts";
import { type Fix, GoatError } from "../../errors/goat-error.ts";
import type { ObservedStack } from "../../model/observed.ts";
import type { Action } from "../../model/plan.ts";
import type { ReadinessSpec, ServiceSpec } from "../../model/stack.ts";
import { createProbe, type ProbeContext, pending, tryLimitOf } from "../../readiness/probe.ts";
import { isSilent, type Question } from "../../readiness/silence.ts";
import { type WaitResult, waitUntilReady } from "../../readiness/wait.ts";
import type { EngineContext } from "../engine-context.ts";
import { whyHanging } from "./cause.ts";
import { gather, type Scene } from "./evidence.ts";
import { makeDatabases } from "./make-databases.ts";
import type { Reporter } from "./report.ts";
import { type Death, isDeath, type Watch } from "./watch.ts";

/** What a plan is run with. */
export interface ExecuteIo extends EngineContext {
  /** Observes the stack; the services that are waited for share one observation. */
  look(): Promise<ObservedStack>;
  readonly watch: Watch;
  readonly report: Reporter;
  /** The stack's name. */
  readonly stack: string;
  readonly services: readonly ServiceSpec[];
  /** On the clock, in milliseconds; null for no limit but each service's own. */
  readonly deadline: number | null;
  /** Services that the plan leaves running, and that have had time to boot: see `settledServices`. */
  readonly settled: ReadonlySet<string>;
}

type Wait = Extract<Action, { type: "await-ready" | "await-exit" }>;

/** Waits until the service answers, or has completed; throws at once when it ends otherwise. */
export async function awaitService(wait: Wait, service: ServiceSpec, io: ExecuteIo): Promise<void> {
  const completes = wait.type === "await-exit";
  const spec: ReadinessSpec = completes ? { kind: "exit", code: 0 } : service.ready;
  const scene = { engine: io.engine, service, container: wait.container, stack: io.stack };
  // A service that is meant to end may do so: the probe reads its exit status.
  const death = completes ? null : io.watch.deathOf(wait.container, { starting: false });
  const removal = io.watch.removalOf(wait.container);
  const begin = io.clock.now();
  let silentSince: number | null = null;
  const options = {
    clock: io.clock,
    signal: death === null ? io.signal : AbortSignal.any([io.signal, death]),
    timeoutMs: Math.max(0, Math.min(wait.timeoutMs, (io.deadline ?? Number.POSITIVE_INFINITY) - begin)),
    tryLimitMs: tryLimitOf(spec),
    context: probeContext(wait, io),
    onHeard: (why: string) => {
      silentSince = isSilent(why) ? (silentSince ?? io.clock.now()) : null;
      io.report.heard(wait.service, why);
    },
    look: (why: string) => lookInto(scene, why, silentSince, io),
  };
  try {
    const result = await waitUntilReady(createProbe(spec), options);
    if (result.state !== "ready") throw await waitError(scene, result);
  } catch (error) {
    if (io.signal.aborted || !isDeath(death?.reason)) throw error;
    if (await isRemoved(death.reason, removal, io)) throw removedMeanwhile(service);
    throw await deathError(scene, death.reason, io.clock.now() - begin);
  }
}

const REMOVAL_LIMIT_MS = 1_000;

/** An exit status from here up means that a signal ended the process. */
const firstOfSignals = 128;

/** Whether the container ended because it was removed: a forced removal kills it first or, with Podman, stops it. */
async function isRemoved(death: Death, removal: AbortSignal, { clock, signal }: ExecuteIo): Promise<boolean> {
  if ((death.exitCode ?? 0) < firstOfSignals || death.outOfMemory) return false;
  await clock.sleep(REMOVAL_LIMIT_MS, AbortSignal.any([signal, removal])).catch(() => undefined);
  signal.throwIfAborted();
  return removal.aborted;
}

/** How a probe looks at this container. */
export function probeContext(
  { service, container }: { readonly service: string; readonly container: string },
  io: {
    readonly engine: Engine;
    readonly stack: string;
    readonly signal: AbortSignal;
    look?(): Promise<ObservedStack>;
    heard?: ProbeContext["heard"];
  },
): Omit<ProbeContext, "signal" | "clock"> {
  const look = io.look ?? (() => io.engine.observe({ stack: io.stack, images: [] }, io.signal));
  return {
    sighting: async () => {
      const observed = await look();
      return observed.services.find((found) => found.container === container) ?? null;
    },
    exec: (command, signal) => io.engine.exec(container, command, signal),
    log: () => wholeLog(io.engine, service, container, io.signal),
    ...(io.heard === undefined ? {} : { heard: io.heard }),
  };
}

/** A question that asks a service once each time it is called. An error in asking counts as the answer, as pending. */
export function questionTo(
  spec: ReadinessSpec,
  wait: Pick<Wait, "service" | "container">,
  io: Pick<EngineContext, "engine" | "clock"> &
    Pick<ProbeContext, "heard"> & { readonly stack: string; look?(): Promise<ObservedStack> },
): Question {
  const probe = createProbe(spec);
  return async (signal) => {
    try {
      return await probe({ ...probeContext(wait, { ...io, signal }), clock: io.clock, signal });
    } catch (error) {
      signal.throwIfAborted();
      return pending(messageOf(error));
    }
  };
}

async function wholeLog(engine: Engine, service: string, container: string, signal: AbortSignal): Promise<string> {
  const lines: string[] = [];
  const options = { containers: [{ service, container }], follow: false, tail: null, since: null, signal };
  for await (const line of engine.logs(options)) lines.push(line.line);
  return lines.join("\n");
}

/**
 * The error for a service that ended while it was waited for (or later: `afterMs` null): the cause, else its exit
 * status with the lines of its log that matter.
 */
export async function deathError(scene: Scene, death: Death, afterMs: number | null): Promise<GoatError> {
  const { name } = scene.service;
  const seen = await gather(scene, { ended: { ...death, startError: null }, heard: null });
  const cause = diagnose(seen);
  if (cause !== null) return cause;
  const when = afterMs === null ? "after it was ready" : `after ${(afterMs / 1000).toFixed(1)} s`;
  const status = death.exitCode === null ? "" : ` with status ${death.exitCode}`;
  const policy = scene.service.run.docker?.restart.name ?? "no";
  const loops = policy === "always" || policy === "unless-stopped";
  const message = `${name} exited${status} ${when}${loops ? " and would be restarted again and again" : ""}`;
  return failure(loops ? "service-restarting" : "service-exited", message, seen);
}

/** The wait ended without a ready service. */
async function waitError(scene: Scene, result: Exclude<WaitResult, { state: "ready" }>): Promise<GoatError> {
  const { name } = scene.service;
  const seconds = Math.round(result.tookMs / 1000);
  const isEnd = result.state === "failed" && result.reason === "exited";
  const reason = result.state === "failed" ? (result.reason ?? null) : null;
  const seen = await gather(scene, { ended: null, heard: { why: result.why, reason } });
  const cause = isEnd ? null : diagnose(seen);
  if (cause !== null) return cause;
  if (result.state === "failed") return failure("service-exited", `${name} ${result.why}`, seen);
  return failure("service-not-ready", `${name} is not ready after ${seconds} s; last: ${result.why}`, seen);
}

/** How long a service that has answered before may be silent, as one that is busy is. */
const patienceMs = 10_000;

/** Called while a service is waited for. Makes a missing database; throws a cause that waiting does not resolve. */
async function lookInto(scene: Scene, why: string, silentSince: number | null, io: ExecuteIo): Promise<void> {
  const cause = diagnose(await gather(scene, { ended: null, heard: { why, reason: null } }));
  const isSettled = io.settled.has(scene.service.name);
  const hangs = isSettled && silentSince !== null && io.clock.now() - silentSince >= patienceMs;
  if (hangs) throw whyHanging(scene.service, cause, why);
  if (cause === null) return;
  const database = io.services.find(({ ready }) => ready.kind === "postgres");
  const isMissing = cause.code === "database-missing";
  const made = isMissing && database !== undefined ? await makeDatabases(database, io.services, io.signal) : [];
  if (made.length === 0 && (isMissing || isLasting(cause))) throw cause;
}

/** No cause is known: that is said, with the lines of the log that matter. */
function failure(code: ErrorCode, message: string, { service, log }: Evidence): GoatError {
  const fix: Fix = {
    command: `goat-dev logs ${service.name}`,
    effect: "shows the whole log; no cause is known for this",
  };
  return new GoatError(code, message, { service: service.name, evidence: tellingLines(log), fixes: [fix] });
}
