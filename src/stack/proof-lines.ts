import { describe } from "../errors/describe.ts";
import type { ExampleAnswer } from "../gateway/example.ts";
import type { ModelsProof } from "../gateway/probe.ts";
import { formatDuration, formatMoney } from "../platform/format.ts";
import { cut, list, plural } from "../platform/text.ts";
import type { SeenTrace } from "../tracing/wait.ts";
import type { EngineContext } from "./engine-context.ts";

/** A trace that came back, and what stands in for Langfuse, if anything does. */
export interface Sighted {
  readonly trace: SeenTrace;
  readonly standIn: string | null;
}

/** The last lines of `up`: what was asked, and what came back. */
export interface ProofLines {
  gateway(work: () => Promise<ModelsProof>): Promise<ModelsProof>;
  example(model: string, work: () => Promise<ExampleAnswer>): Promise<ExampleAnswer>;
  trace(work: () => Promise<Sighted>): Promise<Sighted>;
  noModel(models: ModelsProof, configPath: string | null): void;
}

export const createProofLines = (context: EngineContext, quiet: boolean): ProofLines => ({
  gateway: (work) => tell(context, { step: "gateway", doing: "asking what it serves", quiet }, work, gatewayText),
  example: (model, work) =>
    tell(context, { step: "example", doing: `asking ${model}`, quiet: false }, work, exampleText),
  trace: (work) =>
    tell(context, { step: "trace", doing: "looking for it", quiet: false }, work, ({ trace, standIn }) => {
      const where = standIn === null ? "Langfuse" : `the ${standIn}`;
      return `seen in ${where} ${formatDuration(trace.afterMs)} later`;
    }),
  noModel: (models, configPath) => {
    context.emit({ type: "notice", level: "info", text: noModelText(models, configPath) });
  },
});

const tell = async <T>(
  context: EngineContext,
  { step, doing, quiet }: { readonly step: string; readonly doing: string; readonly quiet: boolean },
  work: () => Promise<T>,
  text: (value: T) => string,
): Promise<T> => {
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
};

const gatewayText = ({ listed, usable, unexpected, uses }: ModelsProof): string => {
  if (uses.length > 0 && uses.every(({ route }) => route.mock)) {
    return `${plural(listed.length, "model")} routed, each answers from the config itself`;
  }
  const names = usable.length > 0 && usable.length <= 3 ? ` (${usable.join(", ")})` : "";
  const extra = unexpected.length > 0 ? `; not in the config: ${list(unexpected)}` : "";
  return `${plural(listed.length, "model")} routed, ${usable.length} usable with your keys${names}${extra}`;
};

export const exampleText = ({ model, text, totalTokens, costUsd, durationMs }: ExampleAnswer): string => {
  const tokens = totalTokens === null ? "" : `  ${totalTokens} tokens`;
  const cost = costUsd === null ? "" : `, ${formatMoney(costUsd)}`;
  return `${model} answered in ${formatDuration(durationMs)}: "${cut(text.replace(/\s+/g, " ").trim(), 60)}"${tokens}${cost}`;
};

const noModelText = ({ uses }: ModelsProof, configPath: string | null): string => {
  const [first] = uses.filter((use) => use.route.mode === "chat" && use.obstacle !== null);
  const example = first === undefined ? "" : `; ${first.route.name} would work, but ${first.obstacle}`;
  const where = configPath === null ? "the LiteLLM config" : configPath;
  return `no chat model for your keys${example}. Add its key to .env, or a route to ${where}, then: goat-dev up`;
};
