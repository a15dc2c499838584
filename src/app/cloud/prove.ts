import { describe } from "../../errors/describe.ts";
import { type Fix, GoatError } from "../../errors/goat-error.ts";
import type { GatewayAccess } from "../../gateway/access.ts";
import { readGatewayConfig } from "../../gateway/config.ts";
import { type ExampleAnswer, runExample } from "../../gateway/example.ts";
import { proveModels } from "../../gateway/probe.ts";
import { pickChatModel, placeholderIn, type Route } from "../../gateway/routes.ts";
import { waitForStart } from "../../modal/cold-start.ts";
import { envOption } from "../../modal/failures.ts";
import type { Target } from "../../modal/targets.ts";
import { deadline } from "../../platform/deadline.ts";
import { formatDuration } from "../../platform/format.ts";
import { plural } from "../../platform/text.ts";
import { resolveSettings } from "../../project/settings.ts";
import { exampleText } from "../../stack/run/prove.ts";
import type { App } from "../app.ts";
import type { Cloud } from "./cloud.ts";
import { step } from "./steps.ts";

export interface ProofInput {
  /** Limit for a cold start, as it was written, such as 10m. */
  readonly timeout: string | undefined;
  /** False: no call through the gateway. */
  readonly example: boolean;
}

/** What was deployed just now, and where it answers. */
export interface DeployedTarget {
  readonly cloud: Cloud;
  readonly target: Target;
  /** Without /v1. */
  readonly url: string;
  readonly input: ProofInput;
  readonly app: App;
}

export interface CloudProof {
  /** From the first request to the first good answer. */
  readonly startMs: number;
  readonly models: readonly string[] | null;
  readonly example: ExampleAnswer | null;
}

/** Asks a model's server until it answers, which starts its GPU. Throws modal-not-ready. */
export async function proveStart(deployed: DeployedTarget): Promise<CloudProof> {
  return { startMs: await awaitStart(deployed, "/health"), models: null, example: null };
}

/** Proves that the gateway answers, that it serves the models of its config, and that a call goes through it. */
export async function proveGateway(deployed: DeployedTarget): Promise<CloudProof> {
  const { cloud, target, url, input, app } = deployed;
  const { variables } = cloud.environment;
  const config = cloud.file("litellm-config-modal.yaml");
  const { routes } = readGatewayConfig(config.text, config.path);
  const startMs = await awaitStart(deployed, "/health/liveliness");
  const access: GatewayAccess = {
    baseUrl: `${url}/v1`,
    key: variables["LITELLM_MASTER_KEY"] ?? "",
    service: target.app,
  };
  // The gateway also leaves out a route whose address is still a placeholder, unless it knows its own workspace.
  const sure = routes.filter(({ apiBase }) => apiBase === null || placeholderIn(apiBase) === null);
  const { listed } = await step(
    "gateway",
    "asking what it serves",
    () => inCloud(proveModels(access, sure, variables, app.signal), cloud),
    (models) =>
      `${plural(models.listed.length, "model")} served, ${models.usable.length} usable with your provider keys`,
    app,
  );
  return { startMs, models: listed, example: input.example ? await askExample(access, routes, cloud, app) : null };
}

function awaitStart({ cloud, target, url, input, app }: DeployedTarget, path: string): Promise<number> {
  const usual = `a cold start takes about ${formatDuration(target.startSeconds * 1_000)} (an estimate)`;
  const environment = envOption(cloud.cli.environment);
  return step(
    "start",
    `${target.app}: ${usual}`,
    () =>
      waitForStart({
        url: `${url}${path}`,
        app: target.app,
        limitMs: limitOf(input, target.limitSeconds * 1_000),
        signal: app.signal,
        clock: app.clock,
        onWait: (waitedMs, last) => {
          const text = `${formatDuration(waitedMs)} so far; ${usual}; last: ${last}`;
          app.emit({ type: "step-progress", step: "start", text });
        },
        fixes: [
          { command: `goat-dev modal logs ${target.name}${environment}`, effect: "shows what it does" },
          { command: `goat-dev modal deploy ${target.name} --timeout 30m${environment}`, effect: "waits longer" },
        ],
      }),
    (ms) => `${target.app} answers after ${formatDuration(ms)}`,
    app,
  );
}

/** In ms. Throws usage. */
function limitOf({ timeout }: ProofInput, otherwiseMs: number): number {
  if (timeout === undefined) return otherwiseMs;
  return resolveSettings({ flags: { timeoutMs: timeout }, env: {}, xGoat: undefined }).timeoutMs ?? otherwiseMs;
}

/** The same failure, with the commands that mend it in the cloud. */
async function inCloud<T>(work: Promise<T>, { cli }: Cloud): Promise<T> {
  try {
    return await work;
  } catch (thrown) {
    const error = describe(thrown);
    const fixes = fixesFor(error, envOption(cli.environment));
    if (fixes === undefined) throw error;
    throw new GoatError(error.code, error.message, { evidence: error.evidence, fixes, cause: error });
  }
}

function fixesFor({ code }: GoatError, option: string): readonly Fix[] | undefined {
  const logs: Fix = { command: `goat-dev modal logs services${option}`, effect: "shows what it said" };
  const sync: Fix = { command: `goat-dev modal secrets sync${option}`, effect: "writes the keys of .env" };
  const again: Fix = { command: `goat-dev modal deploy services${option}`, effect: "then starts it with them" };
  const known: Partial<Record<GoatError["code"], readonly Fix[]>> = {
    "gateway-refused": [sync, again, logs],
    "provider-refused": [sync, again, logs],
    "models-missing": [again, logs],
    "example-failed": [logs],
  };
  return known[code];
}

const exampleMs = 180_000;

async function askExample(
  access: GatewayAccess,
  routes: readonly Route[],
  cloud: Cloud,
  app: App,
): Promise<ExampleAnswer | null> {
  const { variables } = cloud.environment;
  const choice = pickChatModel(routes, variables, variables["EVAL_MODEL"]);
  if (choice === null) {
    const text = "no chat model for your keys, so no call was made: add one to .env, then goat-dev modal secrets sync";
    app.emit({ type: "notice", level: "info", text });
    return null;
  }
  using limit = deadline(app.signal, exampleMs);
  const request = { access, choice, node: app.nodePath, environment: app.env, signal: limit.signal };
  return step("example", `asking ${choice.model}`, () => inCloud(runExample(request), cloud), exampleText, app);
}
