import { GoatError } from "../errors/goat-error.ts";
import type { PlanNode } from "../model/plan.ts";
import { formatStep } from "../model/plan.ts";
import { joined } from "../stack/plan/graph.ts";
import { planFreshImages, withWishes } from "../stack/plan/images.ts";
import { planWords } from "../stack/plan/words.ts";
import { isNothingToDo, prepare } from "../stack/run/prepare.ts";
import type { App } from "./app.ts";
import { bringUp, type UpReport } from "./bring-up.ts";
import { ensureInstance } from "./choose-instance.ts";
import { ensureKeys } from "./ensure-keys.ts";
import { lockStack } from "./lock-stack.ts";
import { type OwnInput, ownerOf, ownerText } from "./own-stack.ts";
import { tellResources } from "./preflight.ts";
import { isWithoutGateway, type OpenStack, openEnvironment, openProject, openStack, tellStack } from "./project.ts";
import { setVariables } from "./set-variables.ts";

export interface UpInput extends OwnInput {
  /** Empty means all. */
  readonly services: readonly string[];
  readonly demo: boolean;
  /** Build the images of services with a `build`, even where they are here. */
  readonly build: boolean;
  /** As written: in place of each service's `pull_policy`. */
  readonly pull?: string | undefined;
  /** A stack of this folder's own: its name, or `auto`. */
  readonly instance?: string | undefined;
  /** `NAME=value`, to be written into .env first. */
  readonly set: readonly string[];
  /** As written: a limit for everything to be ready, such as 90s. */
  readonly timeout?: string | undefined;
  /** Undefined leaves it to the settings. */
  readonly example?: "always" | "never" | undefined;
}

export interface PlanReport {
  readonly ok: true;
  /** The stack's name. */
  readonly stack: string;
  readonly steps: readonly PlannedStep[];
  /** Service -> the fields that differ; empty lists are left out. */
  readonly drift: Readonly<Record<string, readonly string[]>>;
  /** Containers of this project that the Compose file no longer names. */
  readonly orphans: readonly string[];
  readonly nothingToDo: boolean;
  /** What the plan means, in words: a line for each service or image. */
  readonly summary: readonly { readonly subject: string; readonly text: string }[];
}

interface PlannedStep {
  readonly id: number;
  readonly subject: string;
  readonly type: PlanNode["action"]["type"];
  readonly cause: string;
  /** Steps that have to be done first. */
  readonly after: readonly number[];
  /** In words: `start-container goat-litellm-1: dev/litellm-config.yaml changed`. */
  readonly text: string;
}

/** Brings the stack up, waits until it really answers, and proves it with one call. */
export async function up(input: UpInput, given: App): Promise<UpReport> {
  const app = asked(given, input);
  const begin = app.clock.now();
  const { timeout, example, takeOver, yes } = input;
  const first = openEnvironment(app);
  const before = (await ensureInstance(first, app)) ? openEnvironment(app) : first;
  const ensured = (await isWithoutGateway(before, app))
    ? { environment: before, demo: input.demo }
    : await ensureKeys(before, input.demo, app);
  const { demo } = ensured;
  const environment = await setVariables(input.set, ensured.environment, app);
  const open = wished(await openStack(app, await openProject(app, { timeout, example, demo, environment })), input);
  tellStack(open, app);
  await using _lock = await lockStack(open, "up", app);
  const own = { command: "up", takeOver, yes };
  const options = {
    ...own,
    names: input.services,
    restart: false as const,
    fresh: true,
    example: open.settings.example,
    begin,
  };
  // Awaited here: the lock is let go once this function returns.
  return await bringUp(open, options, app);
}

/** What `up` would do, and why; nothing is done. */
export async function planUp(input: UpInput, given: App): Promise<PlanReport> {
  const app = asked(given, input);
  const { services, demo, timeout, example } = input;
  const open = wished(await openStack(app, await openProject(app, { timeout, example, demo })), input);
  const prepared = await prepare(open.stack, { names: services, restart: false }, open);
  const { stack, observed } = prepared;
  tellStack(open, app);
  tellResources(prepared, app);
  const plan = joined(planFreshImages(stack, observed, prepared.services), prepared.plan);
  const owner = ownerOf(open, observed, app);
  if (owner !== null) app.emit({ type: "notice", level: "warning", text: ownerText(open, owner) });
  return {
    ok: true,
    stack: stack.name,
    steps: plan.nodes.map((node) => ({
      id: node.id,
      subject: node.subject,
      type: node.action.type,
      cause: node.cause,
      after: node.after,
      text: formatStep(node),
    })),
    drift: plan.drift,
    orphans: plan.orphans,
    nothingToDo: isNothingToDo(plan),
    summary: planWords(plan).map(([subject, text]) => ({ subject, text })),
  };
}

function asked(app: App, { instance }: UpInput): App {
  return instance === undefined ? app : { ...app, options: { ...app.options, instance } };
}

const policies = ["always", "missing", "never"] as const;

/** The stack with --build and --pull applied to its images. Throws usage. */
function wished(open: OpenStack, { build, pull: typed }: UpInput): OpenStack {
  const pull = policies.find((policy) => policy === typed);
  if (typed !== undefined && pull === undefined) {
    throw new GoatError("usage", `--pull needs one of ${policies.join(", ")}, not "${typed}"`);
  }
  return { ...open, stack: withWishes(open.stack, { build, pull }) };
}
