import type { Progress } from "../engine/engine.ts";
import { describe } from "../errors/describe.ts";
import { GoatError } from "../errors/goat-error.ts";
import type { Operation, Plan, PlanNode } from "../model/plan.ts";
import { awaitService } from "./await.ts";
import type { Timing } from "./critical-path.ts";
import type { ExecuteIo } from "./execute-io.ts";
import { deathError } from "./failure.ts";
import { isDeath, type Watch } from "./watch.ts";

/** Runs the plan's graph as wide as it allows. It decides nothing: a step runs when all it waits for succeeded. Returns when each ran. */
export const execute = async (plan: Plan, io: ExecuteIo): Promise<ReadonlyMap<number, Timing>> => {
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
      await runNode(node, inner);
      timings.set(node.id, { beginMs, endMs: io.clock.now() });
      io.report.finished(node);
      if (mustStay(plan, node, io)) onDeath(node, io, () => stop.abort());
      return true;
    } catch (error) {
      // What ended only because something else failed is no failure of its own.
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
};

type Ready = PlanNode & { readonly action: { readonly type: "await-ready"; readonly container: string } };

/** What is ready has to stay so until all is, unless it may end, or nobody insists on it. */
const mustStay = (plan: Plan, node: PlanNode, io: ExecuteIo): node is Ready =>
  node.action.type === "await-ready" &&
  !isSoft(plan, node) &&
  io.services.find(({ name }) => name === node.subject)?.ready.kind !== "exit";

const onDeath = ({ action }: Ready, { watch }: ExecuteIo, act: () => void): void => {
  const death = watch.deathOf(action.container, { starting: false });
  if (death.aborted) act();
  else death.addEventListener("abort", act, { once: true });
};

/** A service that was ready and ended while others were waited for is not ready. */
const checkStillAlive = async (plan: Plan, io: ExecuteIo): Promise<void> => {
  for (const node of plan.nodes) {
    if (!mustStay(plan, node, io)) continue;
    const { container } = node.action;
    const { reason } = io.watch.deathOf(container, { starting: false });
    const service = io.services.find(({ name }) => name === node.subject);
    if (service === undefined || !isDeath(reason)) continue;
    throw await deathError({ engine: io.engine, service, container, stack: io.stack }, reason, null);
  }
};

/** The subject of a failed step that this one waits for; null when nothing holds it back. */
const findBlocker = async (
  plan: Plan,
  node: PlanNode,
  results: ReadonlyMap<number, Promise<boolean>>,
  watch: Watch,
): Promise<string | null> => {
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
};

/** Who is stopped needs to wait for a dependent's end alone, not for the engine to clear away what is left of it. */
const endOfStop = (node: PlanNode, awaited: PlanNode | undefined, watch: Watch): readonly Promise<true>[] => {
  if (node.action.type !== "stop-container" || awaited?.action.type !== "stop-container") return [];
  const end = watch.endOf(awaited.action.container);
  return [new Promise((resolve) => end.addEventListener("abort", () => resolve(true), { once: true }))];
};

/** A wait for what other services would like to have beside them, and none insists on. */
const isSoft = (plan: Plan, { action, subject }: PlanNode): boolean => {
  if (!isWait(action)) return false;
  const own = new Set(plan.nodes.filter((node) => node.subject === subject).map(({ id }) => id));
  const users = plan.nodes.filter((node) => node.subject !== subject && (isWait(node.action) || isStart(node.action)));
  const isOwn = (id: number): boolean => own.has(id);
  return users.some(({ softAfter }) => softAfter?.some(isOwn)) && !users.some(({ after }) => after.some(isOwn));
};

const isWait = ({ type }: PlanNode["action"]): boolean => type === "await-ready" || type === "await-exit";

const isStart = ({ type }: PlanNode["action"]): boolean => type === "start-container";

/** Each node after all it waits for, so that their promises exist when it looks for them. */
const inOrder = (plan: Plan): readonly PlanNode[] => {
  const sorted = new Set<PlanNode>();
  const visit = (node: PlanNode): void => {
    if (sorted.has(node)) return;
    for (const id of [...node.after, ...(node.softAfter ?? [])]) {
      const needed = plan.nodes.find((other) => other.id === id);
      if (needed !== undefined) visit(needed);
    }
    sorted.add(node);
  };
  plan.nodes.forEach(visit);
  return [...sorted];
};

const runNode = async (node: PlanNode, io: ExecuteIo): Promise<void> => {
  const { action } = node;
  if (action.type !== "await-ready" && action.type !== "await-exit") return applyOperation(action, node, io);
  const service = io.services.find((candidate) => candidate.name === action.service);
  if (service === undefined)
    throw new GoatError("internal", `the plan waits for ${action.service}, which is not there`);
  await awaitService(action, service, io);
};

const applyOperation = async (operation: Operation, node: PlanNode, io: ExecuteIo): Promise<void> => {
  // Armed before the start, so that a service which ends at once is not missed.
  if (operation.type === "start-container") io.watch.deathOf(operation.container, { starting: true });
  await io.engine.apply(operation, {
    signal: io.signal,
    progress: (progress: Progress) => io.report.progress(node, progress),
  });
};
