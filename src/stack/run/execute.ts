import type { Progress } from "../../engine/engine.ts";
import { describe } from "../../errors/describe.ts";
import { GoatError } from "../../errors/goat-error.ts";
import type { ObservedStack } from "../../model/observed.ts";
import type { Operation, Plan, PlanNode } from "../../model/plan.ts";
import type { ServiceSpec, StackSpec } from "../../model/stack.ts";
import type { EngineContext } from "../engine-context.ts";
import { criticalPath, inOrder, isSoft, type PathPart, type Timing } from "../plan/graph.ts";
import { makeDatabases } from "./make-databases.ts";
import type { Prepared } from "./prepare.ts";
import { reloadService } from "./reload.ts";
import { createReporter } from "./report.ts";
import { checkSaltKey } from "./salt-key.ts";
import { settledServices } from "./settled.ts";
import { sharedLook } from "./shared-look.ts";
import { awaitService, deathError, type ExecuteIo } from "./wait.ts";
import { isDeath, noWatch, startWatch, type Watch } from "./watch.ts";

export interface CarriedOut {
  readonly durationMs: number;
  /** What decided how long it took. */
  readonly path: readonly PathPart[];
}

/** Runs the plan and waits until every service is ready; `timeoutMs` limits the whole. */
export async function carryOut(
  prepared: Prepared,
  timeoutMs: number | null,
  context: EngineContext,
): Promise<CarriedOut> {
  const { stack, plan, services } = prepared;
  const begin = context.clock.now();
  await using watch = await startWatch(context.engine, stack.name, context.signal);
  // Fetched in parallel with the first steps, so that no step has to wait for the hashes.
  if (plan.nodes.some(({ action }) => action.type === "create-container")) {
    context.composeHashes?.().catch(() => undefined);
  }
  const report = createReporter(plan, context.emit, context.clock);
  const deadline = timeoutMs === null ? null : begin + timeoutMs;
  const look = lookAt(stack, context);
  const settled = settledServices(prepared, context.clock.date());
  const io = { ...context, watch, report, look, stack: stack.name, services, deadline, settled };
  const timings = await execute(plan, io);
  return { durationMs: context.clock.now() - begin, path: criticalPath(plan, timings) };
}

/**
 * Runs the plan's steps, as many at once as its graph allows. It decides nothing: a step runs once every step that it
 * waits for has succeeded. Returns when each step began and ended.
 */
async function execute(plan: Plan, io: ExecuteIo): Promise<ReadonlyMap<number, Timing>> {
  const timings = new Map<number, Timing>();
  const stop = new AbortController();
  const errors: GoatError[] = [];
  const inner = { ...io, signal: AbortSignal.any([io.signal, stop.signal, io.watch.lost]) };
  const results = new Map<number, Promise<boolean>>();
  const run = async (node: PlanNode): Promise<boolean> => {
    const blocker = await findBlocker(plan, node, results, io.watch);
    if (blocker !== null || inner.signal.aborted) {
      io.report.skipped(node, io.signal.aborted ? null : blocker);
      return false;
    }
    const beginMs = io.clock.now();
    io.report.started(node);
    try {
      // Another step's failure does not abort a stop: the engine would carry it out anyway, and the next command would
      // take a container that is about to end for a running one.
      await runNode(node, plan, node.action.type === "stop-container" ? io : inner);
      timings.set(node.id, { beginMs, endMs: io.clock.now() });
      io.report.finished(node);
      if (mustStay(plan, node, io)) onDeath(node, io, () => stop.abort());
      return true;
    } catch (error) {
      // A step that ended only because another one failed has not failed itself.
      if (inner.signal.aborted) io.report.skipped(node, null);
      else fail(node, describe(error));
      return false;
    }
  };
  const fail = (node: PlanNode, error: GoatError): void => {
    io.report.failed(node, error);
    if (isSoft(plan, node)) return;
    errors.push(error);
    stop.abort();
  };
  for (const node of inOrder(plan)) results.set(node.id, run(node));
  await Promise.all(results.values());
  io.signal.throwIfAborted();
  io.watch.lost.throwIfAborted();
  if (errors[0] !== undefined) throw errors[0];
  await checkStillAlive(plan, io);
  return timings;
}

type Ready = PlanNode & { readonly action: { readonly type: "await-ready"; readonly container: string } };

/** A service that is ready must go on running until all are: not one that is meant to end, nor one that others can do without. */
function mustStay(plan: Plan, node: PlanNode, io: ExecuteIo): node is Ready {
  return (
    node.action.type === "await-ready" &&
    !isSoft(plan, node) &&
    io.services.find(({ name }) => name === node.subject)?.ready.kind !== "exit"
  );
}

function onDeath({ action }: Ready, { watch }: ExecuteIo, act: () => void): void {
  const death = watch.deathOf(action.container, { starting: false });
  if (death.aborted) act();
  else death.addEventListener("abort", act, { once: true });
}

/** A service that was ready and ended while others were waited for is not ready. */
async function checkStillAlive(plan: Plan, io: ExecuteIo): Promise<void> {
  for (const node of plan.nodes) {
    if (!mustStay(plan, node, io)) continue;
    const { container } = node.action;
    const { reason } = io.watch.deathOf(container, { starting: false });
    const service = io.services.find(({ name }) => name === node.subject);
    if (service === undefined || !isDeath(reason)) continue;
    throw await deathError({ engine: io.engine, service, container, stack: io.stack }, reason, null);
  }
}

/** The subject of a failed step that this one waits for; null when nothing holds it back. */
async function findBlocker(
  plan: Plan,
  node: PlanNode,
  results: ReadonlyMap<number, Promise<boolean>>,
  watch: Watch,
): Promise<string | null> {
  const outcomes = await Promise.all(
    node.after.map(async (id) => {
      const awaited = plan.nodes.find((other) => other.id === id);
      const result = results.get(id);
      return {
        subject: awaited?.subject ?? null,
        ok: await Promise.race([result, ...endOfStop(node, awaited, watch)]),
      };
    }),
  );
  await Promise.all((node.softAfter ?? []).map((id) => results.get(id)));
  return outcomes.find((outcome) => outcome.ok !== true)?.subject ?? null;
}

/** A stop may begin once the process of a dependent has ended, while the engine is still cleaning up after that one. */
function endOfStop(node: PlanNode, awaited: PlanNode | undefined, watch: Watch): readonly Promise<true>[] {
  if (node.action.type !== "stop-container" || awaited?.action.type !== "stop-container") return [];
  const end = watch.endOf(awaited.action.container);
  return [new Promise((resolve) => end.addEventListener("abort", () => resolve(true), { once: true }))];
}

async function runNode(node: PlanNode, plan: Plan, io: ExecuteIo): Promise<void> {
  const { action } = node;
  switch (action.type) {
    case "await-ready":
    case "await-exit":
      return awaitIt(action, plan, io);
    case "reload-service":
      return reloadService(action, serviceOf(action, io), io);
    default:
      return applyOperation(action, node, io);
  }
}

type Wait = Extract<PlanNode["action"], { type: "await-ready" | "await-exit" }>;

async function awaitIt(wait: Wait, plan: Plan, io: ExecuteIo): Promise<void> {
  const service = serviceOf(wait, io);
  await awaitService(wait, service, io);
  if (service.role !== "database") return;
  const started = startedServices(plan, io);
  const made = started.length === 0 ? [] : await makeDatabases(service, started, io.signal);
  for (const name of made) {
    io.emit({ type: "notice", level: "info", text: `created the missing database ${name}` });
  }
  const gateway = startedGateway(plan, io);
  if (gateway === undefined) return;
  try {
    await checkSaltKey(service, gateway.service, io.signal);
  } catch (error) {
    // The gateway was started beside its database, and would store values that the right key cannot decrypt.
    const stop = { type: "stop-container", container: gateway.container, signal: null, graceMs: null } as const;
    await io.engine.apply(stop, { signal: io.signal, progress: () => undefined });
    throw error;
  }
}

interface Started {
  readonly service: ServiceSpec;
  readonly container: string;
}

function startedGateway({ nodes }: Plan, { services }: ExecuteIo): Started | undefined {
  const service = services.find(({ role }) => role === "gateway");
  for (const { action, subject } of nodes) {
    if (action.type === "start-container" && service !== undefined && service.name === subject)
      return { service, container: action.container };
  }
  return undefined;
}

function startedServices({ nodes }: Plan, { services }: ExecuteIo): readonly ServiceSpec[] {
  const started = new Set(
    nodes.filter(({ action }) => action.type === "start-container").map(({ subject }) => subject),
  );
  return services.filter(({ name }) => started.has(name));
}

function serviceOf({ service }: { readonly service: string }, { services }: ExecuteIo): ServiceSpec {
  const found = services.find((candidate) => candidate.name === service);
  if (found === undefined) throw new GoatError("internal", `the plan is about ${service}, which is not there`);
  return found;
}

async function applyOperation(operation: Operation, node: PlanNode, io: ExecuteIo): Promise<void> {
  // Armed before the start, so that a service which ends at once is not missed.
  if (operation.type === "start-container") io.watch.deathOf(operation.container, { starting: true });
  await io.engine.apply(await withHash(operation, io), {
    signal: io.signal,
    progress: (progress: Progress) => io.report.progress(node, progress),
  });
}

/** Gives a new container Compose's own hash, so that the next `docker compose up` leaves it alone. */
async function withHash(operation: Operation, { composeHashes }: ExecuteIo): Promise<Operation> {
  if (operation.type !== "create-container" || composeHashes === undefined) return operation;
  return { ...operation, configHash: (await composeHashes())[operation.service.name] };
}

function lookAt({ name }: StackSpec, { engine, signal }: EngineContext): () => Promise<ObservedStack> {
  return sharedLook(() => engine.observe({ stack: name, images: [] }, signal));
}

/** Runs a plan of `planDown` or `planStop`. */
export async function takeDown(stack: StackSpec, plan: Plan, context: EngineContext): Promise<void> {
  const isStopping = plan.nodes.some(({ action }) => action.type === "stop-container");
  await using watch = isStopping ? await startWatch(context.engine, stack.name, context.signal) : noWatch;
  const report = createReporter(plan, context.emit, context.clock);
  await execute(plan, {
    ...context,
    watch,
    report,
    look: lookAt(stack, context),
    stack: stack.name,
    services: stack.services,
    deadline: null,
    settled: new Set(),
  });
}
