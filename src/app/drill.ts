import { randomBytes } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { GoatError } from "../errors/goat-error.ts";
import { send } from "../gateway/access.ts";
import { type DrillConfig, type DrillFault, drillConfig } from "../gateway/drill-config.ts";
import { smallestQuestion } from "../gateway/smallest-call.ts";
import { readFailure, wordsOf } from "../litellm/failure.ts";
import { atomicWrite } from "../platform/files.ts";
import { formatDuration } from "../platform/format.ts";
import { parseJson } from "../platform/json.ts";
import { freePort } from "../platform/ports.ts";
import { cut } from "../platform/text.ts";
import { readTextIfThere } from "../platform/text-file.ts";
import { ensureStateFolder } from "../project/state.ts";
import { drillStack } from "../stack/drill.ts";
import type { EngineContext } from "../stack/engine-context.ts";
import { planDown } from "../stack/plan/take-down.ts";
import { carryOut, takeDown } from "../stack/run/execute.ts";
import { observeStack } from "../stack/run/observe.ts";
import { prepare } from "../stack/run/prepare.ts";
import type { App } from "./app.ts";
import { openGateway, type ProjectGateway } from "./programs/gateway.ts";
import { engineRequest } from "./project.ts";

export interface DrillInput {
  readonly model: string;
  readonly fault: DrillFault;
}

export interface DrillReport {
  /** A fallback answered. */
  readonly ok: boolean;
  readonly model: string;
  readonly fault: DrillFault;
  /** The model's fallbacks, as the config names them and in that order. */
  readonly fallbacks: readonly string[];
  /** The model that answered in its place; null where none did, or the gateway does not name it. */
  readonly answeredBy: string | null;
  /** The HTTP status that a program would have received. */
  readonly status: number;
  readonly message: string | null;
  readonly durationMs: number;
}

const answerLimitMs = 120_000;

/**
 * Starts a throw-away copy of the gateway in which the model's routes fail, and asks the model once. The real gateway,
 * its database and its traces are not touched. Throws usage, gateway-config-invalid, gateway-refused, and the errors of
 * a gateway that does not start.
 */
export async function drill({ model, fault }: DrillInput, app: App): Promise<DrillReport> {
  const found = await openGateway(app);
  const { file, text } = configOf(found);
  const config = drillConfig(text, file.path, model, fault);
  const name = `goat-drill-${randomBytes(3).toString("hex")}`;
  const { stateDir } = found.session.environment.project;
  await ensureStateFolder(stateDir);
  const folder = join(stateDir, name);
  await mkdir(folder, { mode: 0o700 });
  try {
    const path = join(folder, "litellm-config.yaml");
    await atomicWrite(path, config.text, 0o644);
    const port = await freePort();
    const { session, gateway } = found;
    const stack = drillStack({
      stack: session.stack,
      gateway,
      name,
      config: { path, text: config.text, source: file.source, target: file.target },
      port,
    });
    const request = { ...engineRequest({ ...session, stack }), stateDir: folder };
    const { engine } = await app.openEngine(request);
    const context = { engine, clock: app.clock, signal: app.signal, emit: app.emit };
    return await onStack(engine.fit(stack), context, session.settings.timeoutMs, () =>
      ask({ model, fault }, config, { baseUrl: `http://127.0.0.1:${port}/v1`, key: gateway.key }, app),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The config that the gateway mounts. */
function configOf({ gateway: { config } }: ProjectGateway) {
  const text = config === null ? undefined : readTextIfThere(config.source);
  if (config !== null && text !== undefined) return { file: config, text };
  throw new GoatError("usage", "a drill needs a gateway with a config file of its own, and this stack mounts none", {
    fixes: [{ command: "goat-dev config", effect: "shows what the gateway mounts" }],
  });
}

/** Brings the stack up for the duration of `work` and then removes it, also where bringing it up failed. */
async function onStack<T>(
  stack: Parameters<typeof prepare>[0],
  context: EngineContext,
  timeoutMs: number | null,
  work: () => Promise<T>,
): Promise<T> {
  try {
    await carryOut(await prepare(stack, { names: [], restart: false }, context), timeoutMs, context);
    return await work();
  } finally {
    // A signal of its own: the stack has to be removed after an interrupt, too.
    const last = { ...context, signal: AbortSignal.timeout(answerLimitMs), emit: () => undefined };
    await takeDown(stack, planDown(stack, await observeStack(stack, last), []), last);
  }
}

async function ask(
  { model, fault }: DrillInput,
  { fallbacks, mode }: DrillConfig,
  access: { readonly baseUrl: string; readonly key: string },
  app: App,
): Promise<DrillReport> {
  const begin = app.clock.now();
  const question = { ...smallestQuestion(model, mode), limitMs: answerLimitMs };
  const answer = await send({ ...access, service: "litellm" }, question, app.signal);
  const isAnswered = answer.status === 200;
  return {
    ok: isAnswered,
    model,
    fault,
    fallbacks,
    answeredBy: isAnswered ? (answer.headers["x-litellm-model-group"] ?? null) : null,
    status: answer.status,
    message: isAnswered ? null : cut(wordsOf(readFailure(answer.status, parseJson(answer.text)).message), 300),
    durationMs: Math.round(app.clock.now() - begin),
  };
}

/** What a drill has shown, in a sentence or two. */
export function drillText({
  ok,
  model,
  fault,
  fallbacks,
  answeredBy,
  status,
  message,
  durationMs,
}: DrillReport): string {
  const failed = `${model} failed on purpose (${fault})`;
  const other = answeredBy ?? "another model";
  if (ok) return `${failed}, and ${other} answered in its place in ${formatDuration(durationMs)}`;
  const named =
    fallbacks.length === 0
      ? "the config names no fallback for it"
      : `its fallbacks (${fallbacks.join(", ")}) did not answer either`;
  return `${failed}, and nobody answered: ${named}\n  A program gets ${status}: ${message ?? ""}`;
}
