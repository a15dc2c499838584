import type { ToolCall } from "../../client/client.ts";
import { GoatError } from "../../errors/goat-error.ts";
import { becauseOfCertificate } from "../../gateway/certificate.ts";
import { cut, plural } from "../../platform/text.ts";
import type { App } from "../app.ts";
import { remarkLater } from "../models/patience.ts";
import { routeOf } from "../routes.ts";
import { type AgentEnd, runAgent } from "./agent.ts";
import { becauseOfStack, whileAlive } from "./because.ts";
import { explainCall, openClient, priceOf } from "./call.ts";
import { type ExampleTarget, exampleTarget, type WhomToAsk } from "./example-target.ts";
import { createWordStream } from "./word-stream.ts";

export interface ExampleInput extends WhomToAsk {
  readonly prompt?: string | undefined;
  /** As typed: the most questions that are asked. */
  readonly maxTurns?: string | undefined;
  readonly tools: boolean;
  /** Also emit the answer piece by piece, as it comes. */
  readonly stream: boolean;
}

export interface ExampleReport {
  readonly text: string;
  readonly turns: number;
  readonly totalTokens: number | null;
  /** US dollars; null where the price of a turn is unknown. */
  readonly costUsd: number | null;
  /** LiteLLM's id of each call. */
  readonly callIds: readonly (string | null)[];
  readonly model: string;
  readonly tools: readonly (ToolCall & { readonly result: string })[];
  readonly durationMs: number;
}

const defaultPrompt = "What time is it now in Tokyo and in Berlin? Answer in one short sentence.";
const promptWithoutTools = "Say hello in one short sentence.";

/** A short agent loop through a gateway, with one harmless tool. Throws usage, no-provider-key, gateway-refused, provider-refused, example-failed. */
export async function example(input: ExampleInput, app: App): Promise<ExampleReport> {
  const maxTurns = turnsOf(input.maxTurns);
  const target = await exampleTarget(input, app);
  try {
    const talk = (signal: AbortSignal) => converse(target, maxTurns, input, { ...app, signal });
    return await (target.session === null ? talk(app.signal) : whileAlive(target.session, app, talk));
  } catch (error) {
    const { config, service, session, model, patience } = target;
    const { limitMs } = patience;
    const route = session === null ? undefined : routeOf(model, session.stack);
    const whom = { baseUrl: config.baseURL, service, model, route, limitMs, command: "goat-dev example" };
    const told = await becauseOfCertificate(explainCall(error, whom), route, app.signal);
    throw session === null ? told : await becauseOfStack(told, session, app);
  }
}

function turnsOf(written: string | undefined): number {
  if (written === undefined) return 5;
  const turns = Number(written);
  if (Number.isInteger(turns) && turns > 0 && turns <= 100) return turns;
  throw new GoatError("usage", `--max-turns is ${JSON.stringify(written)}, and should be a number from 1 to 100`, {
    fixes: [{ command: "goat-dev example --max-turns 5", effect: "the default" }],
  });
}

async function converse(
  target: ExampleTarget,
  maxTurns: number,
  { prompt, tools: withTools, stream }: ExampleInput,
  app: App,
): Promise<ExampleReport> {
  const { clock, signal, emit } = app;
  const gateway = openClient(target.config, target.patience.limitMs);
  using remark = remarkLater(target.patience, app);
  const words = createWordStream((text) => emit({ type: "output", text }));
  const tools: (ToolCall & { readonly result: string })[] = [];
  const begin = clock.now();
  const end = await runAgent({
    gateway,
    model: target.model,
    prompt: prompt ?? (withTools ? defaultPrompt : promptWithoutTools),
    withTools,
    stream,
    maxTurns,
    signal,
    now: clock.date,
    onText: (text) => {
      remark[Symbol.dispose]();
      words.add(text);
    },
    onTool: (call, result) => {
      tools.push({ ...call, result });
      emit({ type: "notice", level: "info", text: cut(`${call.name}(${call.arguments}): ${result}`, 200) });
    },
  }).finally(words.end);
  const costs = await Promise.all(end.answers.map((answer) => priceOf(answer, gateway, signal)));
  const durationMs = Math.round(clock.now() - begin);
  if (end.text === null) throw unfinished(maxTurns, target.service);
  return { text: end.text, ...summary(end, costs), model: target.model, tools, durationMs };
}

function unfinished(maxTurns: number, service: string | null): GoatError {
  return new GoatError(
    "example-failed",
    `no answer after ${plural(maxTurns, "turn")}: the model goes on asking for its tool`,
    {
      ...(service === null ? {} : { service }),
      fixes: [
        { command: `goat-dev example --max-turns ${maxTurns * 2}`, effect: "lets it go on" },
        { command: "goat-dev example --no-tools", effect: "asks without the tool" },
      ],
    },
  );
}

function summary({ answers }: AgentEnd, costs: readonly (number | null)[]) {
  return {
    turns: answers.length,
    totalTokens: sum(answers.map(({ usage }) => usage?.total_tokens ?? null)),
    costUsd: sum(costs),
    callIds: answers.map(({ callId }) => callId),
  };
}

/** Null where a part is unknown: a sum without it would be too low. */
function sum(parts: readonly (number | null)[]): number | null {
  return parts.reduce((total, part) => (total === null || part === null ? null : total + part), 0);
}
