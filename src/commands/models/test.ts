import { refuseKey } from "../../app/gateway-key.ts";
import { GoatError } from "../../errors/goat-error.ts";
import { type GatewayAccess, unreachable } from "../../gateway/access.ts";
import { readGatewayConfig } from "../../gateway/config.ts";
import { type ModelChoice, matches, type RouteUse, usableRoutes } from "../../gateway/routes.ts";
import { type CallResult, smallestCall } from "../../gateway/smallest-call.ts";
import { formatDuration, formatMoney } from "../../platform/format.ts";
import { renderTable } from "../../platform/table.ts";
import { list, nearest, plural } from "../../platform/text.ts";
import type { Context, Input, Run } from "../old-command.ts";
import { isAnswering } from "./answering.ts";
import { type ModelsProject, openModels } from "./open.ts";
import { type Patience, patienceFor, remarkLater, wantedLimit } from "./patience.ts";
import { vllmModels } from "./vllm.ts";

const atOnce = 4;

interface Tested {
  readonly model: string;
  readonly result: CallResult;
}

export const test: Run = async (input, context) => {
  const wantedMs = wantedLimit(input);
  const project = await openModels(context, input, "running");
  refuseKey(project.gateway.key, project.session.environment, context);
  const choices = choose(project, input.args);
  const { access } = project;
  if (!(await isAnswering(access, context.signal))) throw unreachable(access, "nothing to test without it");
  await confirm(choices, input, context);
  const tested = await askAll(choices, wantedMs, project, context);
  const failed = tested.filter(({ result }) => !result.ok);
  const answered = `${tested.length - failed.length} of ${plural(tested.length, "model")} answered`;
  context.emit({
    type: "result",
    data: { ok: failed.length === 0, models: tested.map(dataOf) },
    text: `${renderTable(["MODEL", "TIME", "TOKENS", "COST", ""], tested.map(cellsOf))}\n\n${answered}${spent(tested)}.`,
  });
  return failed.length === 0 ? undefined : new GoatError("provider-refused", "").exitCode;
};

/** The named models, else every one that can be asked. Throws usage, no-provider-key. */
const choose = ({ gateway, local }: ModelsProject, names: readonly string[]): readonly ModelChoice[] => {
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
};

const canAsk = (name: string, mode: string): boolean => mode !== "other" && !name.includes("*");

const named = (uses: readonly RouteUse[], name: string, path: string): ModelChoice => {
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
      { command: `goat-dev models test ${name}`, effect: "once that is mended, and goat-dev up has taken it over" },
    ],
  });
};

/** What answers from the config costs nothing. */
const confirm = async (choices: readonly ModelChoice[], input: Input, { ask }: Context): Promise<void> => {
  const paid = choices.filter(({ route }) => !route.mock).map(({ model }) => model);
  if (paid.length === 0 || input.flag("yes")) return;
  if (ask === null) {
    throw new GoatError(
      "confirmation-needed",
      `this asks ${list(paid)}, which may cost something, and nobody is here to ask`,
      {
        fixes: [
          {
            command: `goat-dev models test${input.args.map((name) => ` ${name}`).join("")} --yes`,
            effect: "asks without asking you",
          },
        ],
      },
    );
  }
  const question = `Ask ${list(paid)}? ${plural(paid.length, "call")} of a few tokens, at their providers' price.`;
  if (!(await ask.confirm(question, true))) throw new GoatError("interrupted", "nothing was asked");
};

/** A few at once, in the order of the config. */
const askAll = async (
  choices: readonly ModelChoice[],
  wantedMs: number | null,
  project: ModelsProject,
  context: Context,
): Promise<readonly Tested[]> => {
  const results: Tested[] = [];
  const waiting = choices.entries();
  const worker = async (): Promise<void> => {
    for (const [index, choice] of waiting) {
      const { model, route } = choice;
      const patience = patienceFor(model, route, () => vllmModels(project, context), wantedMs);
      results[index] = { model, result: await askOne(choice, patience, project.access, context) };
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
};

const askOne = async (
  choice: ModelChoice,
  patience: Patience,
  access: GatewayAccess,
  context: Context,
): Promise<CallResult> => {
  const { clock, signal, emit } = context;
  emit({ type: "step-started", step: choice.model });
  using _remark = remarkLater(patience, context);
  const result = await smallestCall(access, choice, { clock, signal, limitMs: patience.limitMs });
  const outcome = result.ok ? "ok" : "failed";
  const text = result.ok ? `answered in ${formatDuration(result.durationMs)}` : result.error.message;
  emit({ type: "step-finished", step: choice.model, outcome, text, durationMs: result.durationMs });
  return result;
};

const dataOf = ({ model, result }: Tested) => {
  if (result.ok) return { model, ...result };
  const { code, message, evidence } = result.error;
  return { model, ok: false, durationMs: result.durationMs, error: { code, message, evidence } };
};

const cellsOf = ({ model, result }: Tested): readonly string[] =>
  result.ok
    ? [
        model,
        formatDuration(result.durationMs),
        result.totalTokens === null ? "?" : String(result.totalTokens),
        result.costUsd === null ? "?" : formatMoney(result.costUsd),
        "answered",
      ]
    : [
        model,
        formatDuration(result.durationMs),
        "",
        "",
        [result.error.message, ...result.error.evidence.slice(0, 1)].join(": "),
      ];

const spent = (tested: readonly Tested[]): string => {
  const costs = tested.map(({ result }) => (result.ok ? result.costUsd : 0));
  const known = costs.filter((cost) => cost !== null);
  const total = known.reduce((sum, cost) => sum + cost, 0);
  return known.length < costs.length ? "" : `, for ${formatMoney(total)}`;
};
