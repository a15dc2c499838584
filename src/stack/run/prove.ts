import { createHash } from "node:crypto";
import { sendsNoTraces, type TracePath, traceObstacle } from "../../doctor/failures/trace.ts";
import { describe } from "../../errors/describe.ts";
import { GoatError } from "../../errors/goat-error.ts";
import type { GatewayAccess } from "../../gateway/access.ts";
import { becauseOfCertificate } from "../../gateway/certificate.ts";
import { type ExampleAnswer, runExample } from "../../gateway/example.ts";
import { type ModelsProof, proveModels } from "../../gateway/probe.ts";
import { type ModelChoice, pickChatModel, type Route } from "../../gateway/routes.ts";
import type { ObservedStack } from "../../model/observed.ts";
import type { StackSpec } from "../../model/stack.ts";
import { deadline } from "../../platform/deadline.ts";
import { formatDuration, formatMoney } from "../../platform/format.ts";
import { cut, list, plural } from "../../platform/text.ts";
import type { ExampleMode } from "../../project/settings.ts";
import type { State } from "../../project/state.ts";
import { type SeenTrace, waitForTrace } from "../../tracing/wait.ts";
import type { EngineContext } from "../engine-context.ts";
import {
  type GatewayEndpoint,
  gatewayAccess,
  gatewayOf,
  type TracingEndpoint,
  tracingAccess,
  tracingOf,
} from "../plan/endpoints.ts";
import { standInOf } from "./words.ts";

const EXAMPLE_LIMIT_MS = 90_000;

const TRACE_LIMIT_MS = 20_000;

/** For a trace that the settings say cannot come, in case it comes all the same. */
const HINDERED_TRACE_LIMIT_MS = 3_000;

export interface ProofRequest {
  readonly stack: StackSpec;
  /** After everything is up. */
  readonly observed: ObservedStack;
  readonly routes: readonly Route[];
  /** The settings that decide whether a trace can come; null where they are not known. */
  readonly traces: TracePath | null;
  readonly mode: ExampleMode;
  /** EVAL_MODEL. */
  readonly wanted: string | undefined;
  readonly nodePath: string;
  readonly shell: Readonly<Record<string, string | undefined>>;
  readonly state: State;
  /** Nothing was changed, so the line about the gateway, which would only repeat what was known, is left out. */
  readonly quiet: boolean;
}

export interface Proof {
  readonly gateway: {
    readonly url: string;
    readonly models: readonly string[];
    readonly usable: readonly string[];
  } | null;
  readonly example: ExampleAnswer | null;
  readonly trace: SeenTrace | null;
}

/** Asks the gateway what it serves, runs the example client through it, and reads that call's trace back. */
export async function prove(request: ProofRequest, context: EngineContext): Promise<Proof> {
  const gateway = gatewayOf(request.stack);
  if (gateway === null) return { gateway: null, example: null, trace: null };
  const access = gatewayAccess(gateway);
  const lines = createProofLines(context, request.quiet);
  const models = await lines.gateway(() =>
    proveModels(access, request.routes, gateway.service.environment, context.signal),
  );
  const summary = { url: gateway.url, models: models.listed, usable: models.usable };
  const choice = chooseModel(request, gateway, models, lines);
  if (choice === null) return { gateway: summary, example: null, trace: null };
  const example = await lines.example(choice.model, () => askExample(request, access, choice, context));
  const tracing = tracingOf(request.stack);
  const seen = tracing === null ? null : await proveTrace(tracing, example, request, lines, context);
  await remember(request, choice, context);
  return { gateway: summary, example, trace: seen?.trace ?? null };
}

/** Null where no call is to be made: it is switched off, a kept proof still holds, or no model can be asked. */
function chooseModel(
  request: ProofRequest,
  gateway: GatewayEndpoint,
  models: ModelsProof,
  lines: ProofLines,
): ModelChoice | null {
  if (request.mode === "never") return null;
  const choice = pickChatModel(request.routes, gateway.service.environment, request.wanted);
  if (choice === null) {
    lines.noModel(models, gateway.config?.path ?? null);
    return null;
  }
  return request.mode === "auto" && holds(request, choice) ? null : choice;
}

async function askExample(
  request: ProofRequest,
  access: GatewayAccess,
  choice: ModelChoice,
  context: EngineContext,
): Promise<ExampleAnswer> {
  using limit = deadline(context.signal, EXAMPLE_LIMIT_MS);
  const { nodePath: node, shell: environment } = request;
  const { signal } = limit;
  try {
    return await runExample({ access, choice, node, environment, signal });
  } catch (error) {
    if (!limit.isOver()) throw await becauseOfCertificate(error, choice.route, context.signal);
    throw new GoatError("example-failed", `${choice.model} did not answer within ${EXAMPLE_LIMIT_MS / 1000} s`, {
      fixes: [{ command: `goat-dev logs ${access.service}`, effect: "shows what it waits for" }],
    });
  }
}

/** Null where no traces are sent. Where the settings show why none can come, waits briefly, and throws that cause. */
async function proveTrace(
  tracing: TracingEndpoint,
  example: ExampleAnswer,
  { stack, traces }: ProofRequest,
  lines: ProofLines,
  context: EngineContext,
): Promise<Sighted | null> {
  if (traces !== null && sendsNoTraces(traces)) {
    lines.noTrace(`skipped: ${traces.config} names no callback of ${traces.tracing}'s`);
    return null;
  }
  const obstacle = traces === null ? null : traceObstacle(traces);
  const limitMs = obstacle === null ? TRACE_LIMIT_MS : HINDERED_TRACE_LIMIT_MS;
  return lines.trace(async () => {
    try {
      return await seeTrace(tracing, example, stack, limitMs, context);
    } catch (error) {
      throw obstacle !== null && error instanceof GoatError && error.code === "trace-missing" ? obstacle : error;
    }
  });
}

async function seeTrace(
  tracing: TracingEndpoint,
  example: ExampleAnswer,
  stack: StackSpec,
  timeoutMs: number,
  context: EngineContext,
): Promise<Sighted> {
  const access = tracingAccess(tracing);
  const { signal, clock } = context;
  const [trace, standIn] = await Promise.all([
    waitForTrace(access, example.traceId, { signal, clock, timeoutMs }),
    standInOf(stack, signal),
  ]);
  return { trace, standIn };
}

const proofFile = "proof.json";

/** What the last proof was about: the same containers, running since the same moment, and the same model. */
function subjectOf({ observed }: ProofRequest, { model }: ModelChoice): string {
  const lives = observed.services.map((found) => `${found.name} ${found.handle} ${found.startedAt}`).sort();
  return createHash("sha256")
    .update(JSON.stringify([lives, model]))
    .digest("hex");
}

function holds(request: ProofRequest, choice: ModelChoice): boolean {
  const kept = request.state.readJson(proofFile);
  return typeof kept === "object" && kept !== null && "subject" in kept && kept.subject === subjectOf(request, choice);
}

async function remember(request: ProofRequest, choice: ModelChoice, context: EngineContext): Promise<void> {
  const kept = await request.state.writeJson(proofFile, {
    subject: subjectOf(request, choice),
    model: choice.model,
    at: context.clock.date().toISOString(),
  });
  if (!kept.ok) context.emit({ type: "notice", level: "warning", text: kept.warning });
}

/** A trace that came back, and what stands in for Langfuse, if anything does. */
interface Sighted {
  readonly trace: SeenTrace;
  readonly standIn: string | null;
}

/** The last lines of `up`: what was asked, and what came back. */
interface ProofLines {
  gateway(work: () => Promise<ModelsProof>): Promise<ModelsProof>;
  example(model: string, work: () => Promise<ExampleAnswer>): Promise<ExampleAnswer>;
  trace(work: () => Promise<Sighted>): Promise<Sighted>;
  noTrace(text: string): void;
  noModel(models: ModelsProof, configPath: string | null): void;
}

function createProofLines(context: EngineContext, quiet: boolean): ProofLines {
  return {
    gateway: (work) => tell(context, { step: "gateway", doing: "asking what it serves", quiet }, work, gatewayText),
    example: (model, work) =>
      tell(context, { step: "example", doing: `asking ${model}`, quiet: false }, work, exampleText),
    trace: (work) =>
      tell(context, { step: "trace", doing: "looking for it", quiet: false }, work, ({ trace, standIn }) => {
        const where = standIn === null ? "Langfuse" : `the ${standIn}`;
        return `seen in ${where} ${formatDuration(trace.afterMs)} later`;
      }),
    noTrace: (text) => context.emit({ type: "step-finished", step: "trace", outcome: "skipped", text, durationMs: 0 }),
    noModel: (models, configPath) => {
      context.emit({ type: "notice", level: "info", text: noModelText(models, configPath) });
    },
  };
}

async function tell<T>(
  context: EngineContext,
  { step, doing, quiet }: { readonly step: string; readonly doing: string; readonly quiet: boolean },
  work: () => Promise<T>,
  text: (value: T) => string,
): Promise<T> {
  const begin = context.clock.now();
  if (!quiet) context.emit({ type: "step-started", step, text: doing });
  const finish = (outcome: "ok" | "failed", words: string): void =>
    context.emit({ type: "step-finished", step, outcome, text: words, durationMs: context.clock.now() - begin });
  try {
    const value = await work();
    if (!quiet) finish("ok", text(value));
    return value;
  } catch (error) {
    finish("failed", context.signal.aborted ? "interrupted" : describe(error).message);
    throw error;
  }
}

function gatewayText({ listed, usable, unexpected, uses }: ModelsProof): string {
  if (uses.length > 0 && uses.every(({ route }) => route.mock)) {
    return `${plural(listed.length, "model")} routed, each answers from the config itself`;
  }
  const names = usable.length > 0 && usable.length <= 3 ? ` (${usable.join(", ")})` : "";
  const extra = unexpected.length > 0 ? `; not in the config: ${list(unexpected)}` : "";
  return `${plural(listed.length, "model")} routed, ${usable.length} usable with your keys${names}${extra}`;
}

export function exampleText({ model, text, totalTokens, costUsd, durationMs }: ExampleAnswer): string {
  const tokens = totalTokens === null ? "" : `  ${totalTokens} tokens`;
  const cost = costUsd === null ? "" : `, ${formatMoney(costUsd)}`;
  return `${model} answered in ${formatDuration(durationMs)}: "${cut(text.replace(/\s+/g, " ").trim(), 60)}"${tokens}${cost}`;
}

function noModelText({ uses }: ModelsProof, configPath: string | null): string {
  const [first] = uses.filter((use) => use.route.mode === "chat" && use.obstacle !== null);
  const example = first === undefined ? "" : `; ${first.route.name} would work, but ${first.obstacle}`;
  const where = configPath === null ? "the LiteLLM config" : configPath;
  return `no chat model for your keys${example}. Add its key to .env, or a route to ${where}, then: goat-dev up`;
}
