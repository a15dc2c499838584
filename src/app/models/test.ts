import type { ErrorCode } from "../../errors/catalog.ts";
import { GoatError } from "../../errors/goat-error.ts";
import { type GatewayAccess, isAnswering, unreachable } from "../../gateway/access.ts";
import { readGatewayConfig } from "../../gateway/config.ts";
import { type ModelChoice, type RouteUse, usableRoutes } from "../../gateway/routes.ts";
import { type CallResult, smallestCall } from "../../gateway/smallest-call.ts";
import { matches } from "../../gateway/wildcards.ts";
import { formatDuration } from "../../platform/format.ts";
import { list, nearest, plural } from "../../platform/text.ts";
import type { App } from "../app.ts";
import { refuseKey } from "../gateway-key.ts";
import { becauseOfStack } from "../programs/because.ts";
import { type ModelsProject, openModels } from "./open.ts";
import { type Patience, patienceFor, remarkLater, wantedLimit } from "./patience.ts";
import { vllmModels } from "./vllm.ts";

const atOnce = 4;

export interface TestInput {
  /** Empty means every model that can be asked. */
  readonly names: readonly string[];
  /** As written: the limit for one answer. */
  readonly timeout?: string | undefined;
  /** Nobody is asked. */
  readonly yes: boolean;
}

export interface ModelsTestReport {
  /** Every model answered. */
  readonly ok: boolean;
  readonly models: readonly TestedModel[];
}

export type TestedModel =
  | {
      readonly model: string;
      readonly ok: true;
      readonly durationMs: number;
      readonly totalTokens: number | null;
      /** US dollars; null where the gateway knows no price. */
      readonly costUsd: number | null;
    }
  | {
      readonly model: string;
      readonly ok: false;
      readonly durationMs: number;
      readonly error: { readonly code: ErrorCode; readonly message: string; readonly evidence: readonly string[] };
    };

/**
 * Makes the smallest real call to each model; a model that refuses it is part of the report.
 * Throws usage, no-provider-key, confirmation-needed, gateway-refused.
 */
export async function test(input: TestInput, app: App): Promise<ModelsTestReport> {
  const wantedMs = wantedLimit(input.timeout);
  const project = await openModels(app, "running");
  refuseKey(project.gateway.key, project.session.environment, app);
  const choices = choose(project, input.names);
  const { access } = project;
  if (!(await isAnswering(access, app.signal))) {
    throw await becauseOfStack(unreachable(access, "nothing to test without it"), project.session, app);
  }
  await confirm(choices, input, app);
  const models = await askAll(choices, wantedMs, project, app);
  return { ok: models.every(({ ok }) => ok), models };
}

/** The named models, else every one that can be asked. Throws usage, no-provider-key. */
function choose({ gateway, local }: ModelsProject, names: readonly string[]): readonly ModelChoice[] {
  const { routes } = readGatewayConfig(local.text, local.path);
  const uses = usableRoutes(routes, gateway.service.environment);
  if (names.length > 0) return [...new Set(names)].map((name) => named(uses, name, local.path));
  const usable = uses.filter(({ route, obstacle }) => obstacle === null && canAsk(route.name, route.mode));
  const first = usable.filter((use, index) => usable.findIndex(({ route }) => route.name === use.route.name) === index);
  if (first.length === 0) {
    throw new GoatError("no-provider-key", `no model of ${local.path} can be asked with the keys at hand`, {
      fixes: [{ command: "goat-dev models", effect: "shows what each of them lacks" }],
    });
  }
  return first.map(({ route }) => ({ model: route.name, route }));
}

function named(uses: readonly RouteUse[], name: string, path: string): ModelChoice {
  const candidates = uses.filter(({ route }) => matches(route.name, name));
  const [first] = candidates;
  if (first === undefined) {
    const near = nearest(
      name,
      uses.map(({ route }) => route.name),
    );
    throw new GoatError("usage", `${path} has no ${name}${near === undefined ? "" : `; did you mean ${near}?`}`, {
      fixes: [
        {
          command: near === undefined ? "goat-dev models" : `goat-dev models test ${near}`,
          effect: "shows what there is",
        },
      ],
    });
  }
  if (first.route.mode === "other") throw new GoatError("usage", `${name} is neither a chat nor an embedding model`);
  const use = candidates.find(({ obstacle }) => obstacle === null);
  if (use !== undefined) return { model: name, route: use.route };
  throw new GoatError("no-provider-key", `${name} cannot be asked: ${first.obstacle}`, {
    fixes: [
      {
        command: `goat-dev models test ${name}`,
        effect: "asks it again, once that is fixed and goat-dev up has taken it over",
      },
    ],
  });
}

function canAsk(name: string, mode: string): boolean {
  return mode !== "other" && !name.includes("*");
}

/** Asks before calls that may cost something; a model that answers from the config (mock) costs nothing. */
async function confirm(choices: readonly ModelChoice[], input: TestInput, { ask }: App): Promise<void> {
  const paid = choices.filter(({ route }) => !route.mock).map(({ model }) => model);
  if (paid.length === 0 || input.yes) return;
  if (ask === null) {
    throw new GoatError(
      "confirmation-needed",
      `this asks ${list(paid)}, which may cost something, and nobody is here to ask`,
      {
        fixes: [
          {
            command: `goat-dev models test${input.names.map((name) => ` ${name}`).join("")} --yes`,
            effect: "asks without asking you",
          },
        ],
      },
    );
  }
  const question = `Ask ${list(paid)}? ${plural(paid.length, "call")} of a few tokens, at their providers' price.`;
  if (!(await ask.confirm(question, true))) throw new GoatError("interrupted", "nothing was asked");
}

/** Asks a few models at a time; the results are in the order of `choices`. */
async function askAll(
  choices: readonly ModelChoice[],
  wantedMs: number | null,
  project: ModelsProject,
  app: App,
): Promise<readonly TestedModel[]> {
  const results: TestedModel[] = [];
  const waiting = choices.entries();
  const worker = async (): Promise<void> => {
    for (const [index, choice] of waiting) {
      const { model, route } = choice;
      const patience = patienceFor(model, route, () => vllmModels(project.session, app), wantedMs);
      results[index] = tested(model, await askOne(choice, patience, project.access, app));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}

function tested(model: string, result: CallResult): TestedModel {
  if (result.ok) return { model, ...result };
  const { code, message, evidence } = result.error;
  return { model, ok: false, durationMs: result.durationMs, error: { code, message, evidence } };
}

async function askOne(choice: ModelChoice, patience: Patience, access: GatewayAccess, app: App): Promise<CallResult> {
  const { clock, signal, emit } = app;
  emit({ type: "step-started", step: choice.model });
  using _remark = remarkLater(patience, app);
  const result = await smallestCall(access, choice, { clock, signal, limitMs: patience.limitMs });
  const outcome = result.ok ? "ok" : "failed";
  const text = result.ok ? `answered in ${formatDuration(result.durationMs)}` : result.error.message;
  emit({ type: "step-finished", step: choice.model, outcome, text, durationMs: result.durationMs });
  return result;
}
