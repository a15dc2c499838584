import type { CheckResult } from "../doctor/check.ts";
import { engineText } from "../doctor/checks/engine.ts";
import { describe } from "../errors/describe.ts";
import type { GoatError } from "../errors/goat-error.ts";
import { pickChatModel } from "../gateway/routes.ts";
import { list } from "../platform/text.ts";
import type { ExampleMode, Settings } from "../project/settings.ts";
import { openState } from "../project/state.ts";
import { carryOut, changedServices, isNothingToDo, type Prepared, prepare } from "../stack/bring-up.ts";
import { gatewayOf } from "../stack/endpoints.ts";
import { networkFingerprint } from "../stack/fingerprint.ts";
import { selectServices } from "../stack/graph.ts";
import { observeStack } from "../stack/observe.ts";
import { type Proof, prove } from "../stack/prove.ts";
import { readStatus } from "../stack/status.ts";
import type { World } from "../stack/world.ts";
import type { Context } from "./command.ts";
import { writeDemo } from "./demo.ts";
import { claimStack, needOwnStack, type OwnRequest } from "./own-stack.ts";
import { checkFiles, checkPlanPorts, checkStrangers } from "./preflight.ts";
import { readRoutes } from "./routes.ts";
import type { OpenWorld, Session } from "./session.ts";
import { settleEngine } from "./settle-engine.ts";
import { type Summary, summaryText } from "./up-summary.ts";

export interface BringUpOptions extends OwnRequest {
  readonly names: readonly string[];
  readonly restart: boolean;
  /** When the command began, on the clock. */
  readonly begin: number;
}

/** Checks, plans, does it, waits, proves it, and says where everything is: the way of `up` and `restart`. */
export const bringUp = async (
  session: Session,
  options: BringUpOptions,
  world: OpenWorld,
  context: Context,
): Promise<void> => {
  const { stack, settings } = session;
  await settleEngine(session, world, context);
  await writeDemo(session);
  const prepared = await checked(session, options, world, context);
  await claimStack(session, prepared.observed, world, context);
  const quiet = isNothingToDo(prepared.plan);
  const done = await carryOut(prepared, settings.timeoutMs, world).catch((error: unknown) => {
    tellUnproven(prepared, describe(error), world);
    throw error;
  });
  const observed = quiet ? prepared.observed : await observeStack(stack, world);
  const ready = prepared.services.map((service) => service.name);
  const [proof, services] = await Promise.all([
    proveIfAsked(session, options, { ...prepared, observed }, world, context),
    readStatus({ ...stack, services: prepared.services }, world, { observed, ready }),
  ]);
  const durationMs = world.clock.now() - options.begin;
  const summary: Summary = {
    ...prepared,
    ...proof,
    quiet,
    path: done.path,
    durationMs,
    restarted: options.restart,
    demo: session.demo !== null,
    statuses: services,
  };
  world.emit({
    type: "result",
    data: {
      ok: true,
      stack: stack.name,
      changed: changedServices(prepared.plan),
      durationMs: Math.round(durationMs),
      demo: session.demo !== null,
      services,
      ...proof,
    },
    text: summaryText(summary),
  });
};

/** What cannot be proved is said as well, unless nobody waits for it any more. */
const tellUnproven = ({ stack, services }: Prepared, error: GoatError, { emit, signal }: World): void => {
  const gateway = gatewayOf(stack);
  if (signal.aborted || gateway === null || !services.includes(gateway.service)) return;
  const text = `skipped: needs ${error.service ?? gateway.service.name}`;
  emit({ type: "step-finished", step: "gateway", outcome: "skipped", text, durationMs: 0 });
};

/** The proof is about the gateway: `up postgres` has none, and `up litellm` makes no call unless asked to. */
const proveIfAsked = async (
  { stack, settings, environment }: Session,
  { names }: BringUpOptions,
  { services, observed, plan }: Prepared,
  world: World,
  context: Context,
): Promise<Proof> => {
  const gateway = gatewayOf(stack);
  if (gateway === null || !services.includes(gateway.service)) return { gateway: null, example: null, trace: null };
  const request = {
    stack,
    observed,
    routes: readRoutes(stack),
    mode: exampleMode(settings, names),
    wanted: environment.variables["EVAL_MODEL"],
    nodePath: context.nodePath,
    shell: context.env,
    state: openState(environment.project.stateDir),
    quiet: isNothingToDo(plan),
  };
  return prove(request, world);
};

const exampleMode = ({ example }: Settings, names: readonly string[]): ExampleMode =>
  names.length > 0 && example === "auto" ? "never" : example;

/** An EVAL_MODEL that cannot be asked is told before anything is created. Throws usage, no-provider-key. */
const checkWanted = ({ stack, settings, environment }: Session, names: readonly string[]): void => {
  const gateway = gatewayOf(stack);
  if (gateway === null || exampleMode(settings, names) === "never") return;
  pickChatModel(readRoutes(stack), gateway.service.environment, environment.variables["EVAL_MODEL"]);
};

/** Looks, plans and checks; the first problem ends it before anything is created. */
const checked = async (
  session: Session,
  options: BringUpOptions,
  world: OpenWorld,
  context: Context,
): Promise<Prepared> => {
  const begin = world.clock.now();
  const finish = (outcome: "ok" | "failed", text: string): void =>
    world.emit({ type: "step-finished", step: "checks", outcome, text, durationMs: world.clock.now() - begin });
  const services = selectServices(session.stack, options.names);
  const files = checkFiles(session, services, context);
  refuse(files, finish);
  checkWanted(session, options.names);
  const prepared = await prepare(session.stack, options, world);
  await needOwnStack(session, prepared.observed, options, world, context);
  tellOrphans(prepared, world);
  tellNetworks(prepared, world);
  for (const { text } of await checkStrangers(prepared.services, world, context)) {
    world.emit({ type: "notice", level: "warning", text });
  }
  if (isNothingToDo(prepared.plan)) return prepared;
  const ports = await checkPlanPorts(prepared, world, context);
  refuse([ports], finish);
  const parts = [...files.slice(0, 1), ports].filter(({ verdict }) => verdict === "ok").map(({ text }) => text);
  finish("ok", [...parts, engineText(world.info)].join(" · "));
  return prepared;
};

const refuse = (results: readonly CheckResult[], finish: (outcome: "failed", text: string) => void): void => {
  for (const result of results) {
    if (result.verdict !== "problem") continue;
    finish("failed", result.text);
    throw result.error;
  }
};

/** A network cannot be changed while containers hang on it, and nobody asked to take them all down. */
const tellNetworks = ({ observed, stack }: Prepared, world: World): void => {
  for (const network of stack.networks) {
    const found = observed.networks.find(({ name }) => name === network.name);
    if (found === undefined || found.fingerprint === null || found.fingerprint === networkFingerprint(network))
      continue;
    const text = `network ${network.name} is not as the Compose file has it any more: goat-dev down, then goat-dev up`;
    world.emit({ type: "notice", level: "warning", text });
  }
};

const tellOrphans = ({ plan, stack }: Prepared, world: World): void => {
  if (plan.orphans.length === 0) return;
  const [verb, them] = plan.orphans.length === 1 ? ["is", "it"] : ["are", "them"];
  const what = `${list(plan.orphans)} of ${stack.name} ${verb} not in the Compose file any more`;
  const text = `${what}: goat-dev down removes ${them}`;
  world.emit({ type: "notice", level: "warning", text });
};
