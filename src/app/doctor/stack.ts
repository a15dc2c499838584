import { type CheckResult, type Group, inGroup, late, ok, problem, skipped } from "../../doctor/check.ts";
import { checkImagePairs } from "../../doctor/checks/image-pairs.ts";
import { checkPrices } from "../../doctor/checks/prices.ts";
import { describe } from "../../errors/describe.ts";
import { GoatError } from "../../errors/goat-error.ts";
import { modelInfo } from "../../gateway/access.ts";
import { proveModels } from "../../gateway/probe.ts";
import type { Role } from "../../model/stack.ts";
import { deadline, decoration } from "../../platform/deadline.ts";
import { plural } from "../../platform/text.ts";
import { gatewayAccess, gatewayOf, tracingAccess, tracingOf } from "../../stack/plan/endpoints.ts";
import { observeStack, readStatus, type ServiceStatus } from "../../stack/run/observe.ts";
import { prepare } from "../../stack/run/prepare.ts";
import { checkKeys } from "../../tracing/langfuse.ts";
import type { App } from "../app.ts";
import { checkPlanPorts, checkStrangers, engineText } from "../preflight.ts";
import { type OpenStack, provenLives } from "../project.ts";
import { readRoutes } from "../routes.ts";

/** A check that asks the engine or the services, with a time limit of its own. */
interface StackTask {
  /** Undefined where its results belong to several groups. */
  readonly group: Group | undefined;
  readonly what: string;
  readonly limitMs: number;
  ask(signal: AbortSignal): Promise<readonly CheckResult[]>;
}

export function checkEngine({ info }: OpenStack): readonly CheckResult[] {
  return [ok(engineText(info))];
}

/** Runs a check within its time limit, so that one that hangs does not hold up the others. */
export async function askInTime(
  { group, what, limitMs, ask }: StackTask,
  signal: AbortSignal,
): Promise<readonly CheckResult[]> {
  using limit = deadline(signal, limitMs);
  const named = (results: readonly CheckResult[]): readonly CheckResult[] =>
    group === undefined ? results : inGroup(group, results);
  try {
    return named(await ask(limit.signal));
  } catch (error) {
    signal.throwIfAborted();
    return named([limit.isOver() ? late(`${what}: no answer within ${limitMs / 1000} s`) : problem(describe(error))]);
  }
}

/** The checks that ask the engine and the services; they can run side by side. */
export function stackTasks(open: OpenStack, app: App): readonly StackTask[] {
  return [
    {
      group: "ports",
      what: "ports",
      limitMs: 3_000,
      ask: async (signal) => {
        const prepared = await prepare(open.stack, { names: [], restart: false }, { ...open, signal });
        const [ports, strangers] = await Promise.all([
          checkPlanPorts(prepared, open, app, { waits: false }),
          checkStrangers(open.stack.services, open, app),
        ]);
        return [ports, ...strangers];
      },
    },
    { group: "images", what: "images", limitMs: 3_000, ask: (signal) => checkImages({ ...open, signal }) },
    {
      group: undefined,
      what: "services",
      limitMs: 20_000,
      ask: async (signal) => {
        const statuses = await readStatus(open.stack, { ...open, signal }, { proven: provenLives(open) });
        const asked = await Promise.all(statuses.map((status) => checkService(status, open, signal)));
        return asked.flat();
      },
    },
  ];
}

/** Which images are on this machine; `up` pulls a missing one. */
async function checkImages(open: OpenStack): Promise<readonly CheckResult[]> {
  if (open.info.kind !== "docker") return [skipped("no image needed")];
  const { images } = await observeStack(open.stack, open);
  const missing = Object.entries(images).flatMap(([image, id]) => (id === null ? [image] : []));
  const here = Object.keys(images).length - missing.length;
  return [
    ok(`${plural(here, "image")} here`),
    ...checkImagePairs(open.stack),
    ...missing.map((image) => skipped(`${image} is not here yet: goat-dev up pulls it`)),
  ];
}

/**
 * A service that is not up yet is no problem, one that failed is. One that is ready is also asked what a program would
 * ask it.
 */
async function checkService(
  status: ServiceStatus,
  open: OpenStack,
  signal: AbortSignal,
): Promise<readonly CheckResult[]> {
  const own = { ...stateOf(status), group: groupOf(status) };
  if (status.state !== "ready") return [own];
  const question = questions[status.role];
  return question === undefined ? [own] : [own, ...(await askInTime(question(open), signal))];
}

/** What a program would ask a service of this role. */
const questions: Readonly<Partial<Record<Role, (open: OpenStack) => StackTask>>> = {
  gateway: (open) => ({
    group: "models",
    what: "models",
    limitMs: 5_000,
    ask: (signal) => checkModels(open, signal),
  }),
  tracing: (open) => ({
    group: "tracing",
    what: "keys of traces",
    limitMs: 5_000,
    ask: async (signal) => [await checkTracingKeys(open, signal)],
  }),
};

function stateOf({ name, state, why, standIn, database, failure }: ServiceStatus): CheckResult {
  const remark =
    standIn === null ? (database === false ? "without a database" : null) : `${standIn}, in Langfuse's place`;
  if (state === "ready") return ok(remark === null ? `${name} ready` : `${name} ready (${remark})`);
  if (failure !== null) return problem(new GoatError(failure.code, failure.message, failure));
  return skipped(`${name} ${state}${why === null ? "" : `: ${why}`}`);
}

function groupOf({ role }: ServiceStatus): Group {
  return role === "other" ? "services" : role;
}

/** Checks that the gateway accepts the key, and that it serves every model of its config. */
async function checkModels({ stack }: OpenStack, signal: AbortSignal): Promise<readonly CheckResult[]> {
  const gateway = gatewayOf(stack);
  if (gateway === null) return [skipped("no gateway to ask")];
  const access = gatewayAccess(gateway);
  const proof = await proveModels(access, readRoutes(stack), gateway.service.environment, signal);
  const infos = await decoration(signal, PRICES_LIMIT_MS, (limited) => modelInfo(access, limited));
  const served = ok(`${plural(proof.listed.length, "model")} served, ${proof.usable.length} usable with your keys`);
  return [served, ...checkPrices(proof.uses, infos ?? [])];
}

const PRICES_LIMIT_MS = 2_000;

async function checkTracingKeys({ stack }: OpenStack, signal: AbortSignal): Promise<CheckResult> {
  const tracing = tracingOf(stack);
  if (tracing === null) return skipped("no tracing to ask");
  await checkKeys(tracingAccess(tracing), signal);
  return ok(`${tracing.service.name} takes the keys of .env`);
}
