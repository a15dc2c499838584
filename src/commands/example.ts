import type { ToolCall } from "../client/client.ts";
import { GoatError } from "../errors/goat-error.ts";
import { cut, plural } from "../platform/text.ts";
import { type AgentEnd, runAgent } from "./agent.ts";
import { openClient, priceOf, usageText } from "./call-cost.ts";
import { type ExampleTarget, exampleTarget } from "./example-target.ts";
import { explainCall } from "./gateway-failure.ts";
import { remarkLater } from "./models/patience.ts";
import type { Context, Input, Run } from "./old-command.ts";
import { createWordStream } from "./word-stream.ts";

export const example: Run = async (input, context) => {
  const maxTurns = turnsOf(input.text("maxTurns"));
  const target = await exampleTarget(input, context);
  try {
    await converse(target, maxTurns, input, context);
  } catch (error) {
    const { config, service, model } = target;
    const { limitMs } = target.patience;
    throw explainCall(error, { baseUrl: config.baseURL, service, model, limitMs, command: "goat-dev example" });
  }
  return undefined;
};

const defaultPrompt = "What time is it now in Tokyo and in Berlin? Answer in one short sentence.";
const promptWithoutTools = "Say hello in one short sentence.";

const converse = async (target: ExampleTarget, maxTurns: number, input: Input, context: Context): Promise<void> => {
  const { clock, signal, emit } = context;
  const gateway = openClient(target.config, target.patience.limitMs);
  using remark = remarkLater(target.patience, context);
  const withTools = !input.flag("noTools");
  const words = createWordStream((text) => emit({ type: "output", text }));
  const called: (ToolCall & { readonly result: string })[] = [];
  const begin = clock.now();
  const end = await runAgent({
    gateway,
    model: target.model,
    prompt: input.text("prompt") ?? (withTools ? defaultPrompt : promptWithoutTools),
    withTools,
    stream: input.flag("stream"),
    maxTurns,
    signal,
    now: clock.date,
    onText: (text) => {
      remark[Symbol.dispose]();
      words.add(text);
    },
    onTool: (call, result) => {
      called.push({ ...call, result });
      emit({ type: "notice", level: "info", text: cut(`${call.name}(${call.arguments}): ${result}`, 200) });
    },
  }).finally(words.end);
  const costs = await Promise.all(end.answers.map((answer) => priceOf(answer, gateway, signal)));
  const data = {
    ...summary(end, costs),
    model: target.model,
    tools: called,
    durationMs: Math.round(clock.now() - begin),
  };
  if (end.text === null) throw unfinished(maxTurns, target.service);
  emit({ type: "result", data, text: input.flag("stream") ? "" : end.text });
  emit({ type: "notice", level: "info", text: `${plural(data.turns, "turn")}, ${usageText(data)}` });
};

const summary = ({ text, answers }: AgentEnd, costs: readonly (number | null)[]) => ({
  text,
  turns: answers.length,
  totalTokens: sum(answers.map(({ usage }) => usage?.total_tokens ?? null)),
  costUsd: sum(costs),
  callIds: answers.map(({ callId }) => callId),
});

/** Null where a part is unknown: a sum without it would be too low. */
const sum = (parts: readonly (number | null)[]): number | null =>
  parts.reduce((total, part) => (total === null || part === null ? null : total + part), 0);

const turnsOf = (written: string | undefined): number => {
  if (written === undefined) return 5;
  const turns = Number(written);
  if (Number.isInteger(turns) && turns > 0 && turns <= 100) return turns;
  throw new GoatError("usage", `--max-turns is ${JSON.stringify(written)}, and should be a number from 1 to 100`, {
    fixes: [{ command: "goat-dev example --max-turns 5", effect: "the default" }],
  });
};

const unfinished = (maxTurns: number, service: string | null): GoatError =>
  new GoatError(
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
