import { describe } from "../../errors/describe.ts";
import { type Fix, GoatError } from "../../errors/goat-error.ts";
import type { GatewayAccess } from "../../gateway/access.ts";
import { readGatewayConfig } from "../../gateway/config.ts";
import { type ExampleAnswer, runExample } from "../../gateway/example.ts";
import { proveModels } from "../../gateway/probe.ts";
import { pickChatModel, placeholderIn, type Route } from "../../gateway/routes.ts";
import { envOption } from "../../modal/failures.ts";
import type { Target } from "../../modal/targets.ts";
import { waitForStart } from "../../modal/wait.ts";
import { deadline } from "../../platform/deadline.ts";
import { formatDuration, formatMoney } from "../../platform/format.ts";
import { cut, plural } from "../../platform/text.ts";
import type { Context, Input } from "../old-command.ts";
import { type Cloud, timeoutOf } from "./open.ts";
import type { Steps } from "./steps.ts";

export interface Place {
  readonly cloud: Cloud;
  readonly target: Target;
  /** Without /v1. */
  readonly url: string;
  readonly steps: Steps;
  readonly context: Context;
  readonly input: Input;
}

export interface CloudProof {
  /** From the first question to the first answer. */
  readonly startMs: number;
  readonly models: readonly string[] | null;
  readonly example: ExampleAnswer | null;
}

/** A model's server, asked until it answers; that starts its GPU. Throws modal-not-ready. */
export const proveStart = async (place: Place): Promise<CloudProof> => ({
  startMs: await awaitStart(place, "/health"),
  models: null,
  example: null,
});

/** The gateway answers, serves what its config says, and a call goes through it. */
export const proveGateway = async (place: Place): Promise<CloudProof> => {
  const { cloud, target, url, steps, context, input } = place;
  const { variables } = cloud.environment;
  const config = cloud.file("litellm-config-modal.yaml");
  const { routes } = readGatewayConfig(config.text, config.path);
  const startMs = await awaitStart(place, "/health/liveliness");
  const access: GatewayAccess = {
    baseUrl: `${url}/v1`,
    key: variables["LITELLM_MASTER_KEY"] ?? "",
    service: target.app,
  };
  const inCloud = <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => Promise.reject(inTheCloud(error, cloud)));
  // What waits for an address is left out by the gateway too, unless it knows its own workspace.
  const sure = routes.filter(({ apiBase }) => apiBase === null || placeholderIn(apiBase) === null);
  const { listed } = await steps.run(
    "gateway",
    "asking what it serves",
    () => inCloud(proveModels(access, sure, variables, context.signal)),
    (models) =>
      `${plural(models.listed.length, "model")} served, ${models.usable.length} usable with your provider keys`,
  );
  const example = input.flag("noExample") ? null : await askExample(access, routes, place, inCloud);
  return { startMs, models: listed, example };
};

const awaitStart = ({ cloud, target, url, steps, context, input }: Place, path: string): Promise<number> => {
  const usual = `a cold start takes about ${formatDuration(target.startSeconds * 1_000)}, as reckoned`;
  const environment = envOption(cloud.cli.environment);
  return steps.run(
    "start",
    `${target.app}: ${usual}`,
    () =>
      waitForStart({
        url: `${url}${path}`,
        app: target.app,
        limitMs: timeoutOf(input, target.limitSeconds * 1_000),
        signal: context.signal,
        clock: context.clock,
        onWait: (waitedMs, last) => {
          const text = `${formatDuration(waitedMs)} so far; ${usual}; last: ${last}`;
          context.emit({ type: "step-progress", step: "start", text });
        },
        fixes: [
          { command: `goat-dev modal logs ${target.name}${environment}`, effect: "shows what it does" },
          { command: `goat-dev modal deploy ${target.name} --timeout 30m${environment}`, effect: "waits longer" },
        ],
      }),
    (ms) => `${target.app} answers after ${formatDuration(ms)}`,
  );
};

const exampleMs = 180_000;

const askExample = async (
  access: GatewayAccess,
  routes: readonly Route[],
  { cloud, steps, context }: Place,
  inCloud: <T>(work: Promise<T>) => Promise<T>,
): Promise<ExampleAnswer | null> => {
  const { variables } = cloud.environment;
  const choice = pickChatModel(routes, variables, variables["EVAL_MODEL"]);
  if (choice === null) {
    const text = "no chat model for your keys, so no call was made: add one to .env, then goat-dev modal secrets sync";
    context.emit({ type: "notice", level: "info", text });
    return null;
  }
  using limit = deadline(context.signal, exampleMs);
  const request = { access, choice, node: context.nodePath, environment: context.env, signal: limit.signal };
  return steps.run("example", `asking ${choice.model}`, () => inCloud(runExample(request)), exampleText);
};

const exampleText = ({ model, text, totalTokens, costUsd, durationMs }: ExampleAnswer): string => {
  const tokens = totalTokens === null ? "" : `  ${totalTokens} tokens`;
  const cost = costUsd === null ? "" : `, ${formatMoney(costUsd)}`;
  return `${model} answered in ${formatDuration(durationMs)}: "${cut(text.replace(/\s+/g, " ").trim(), 60)}"${tokens}${cost}`;
};

/** The same failure, mended by what helps there. */
const inTheCloud = (thrown: unknown, { cli }: Cloud): GoatError => {
  const error = describe(thrown);
  const option = envOption(cli.environment);
  const logs: Fix = { command: `goat-dev modal logs services${option}`, effect: "shows what it said" };
  const sync: Fix = { command: `goat-dev modal secrets sync${option}`, effect: "writes the keys of .env" };
  const again: Fix = { command: `goat-dev modal deploy services${option}`, effect: "then starts it with them" };
  const fixes: Partial<Record<GoatError["code"], readonly Fix[]>> = {
    "gateway-refused": [sync, again, logs],
    "provider-refused": [sync, again, logs],
    "models-missing": [again, logs],
    "example-failed": [logs],
  };
  const mended = fixes[error.code];
  if (mended === undefined) return error;
  return new GoatError(error.code, error.message, { evidence: error.evidence, fixes: mended, cause: error });
};
