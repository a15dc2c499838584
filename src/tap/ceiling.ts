import { costOf } from "../litellm/model-info.ts";
import { formatMoney } from "../platform/format.ts";
import { refuse } from "./answer.ts";
import type { Asked, Decision, Ended, Stage } from "./call.ts";
import { type PriceList, spentOn } from "./price.ts";

/** What a run may use; null for no limit. */
export interface CeilingLimits {
  readonly maxCostUsd: number | null;
  readonly maxCalls: number | null;
  readonly maxTokens: number | null;
}

export interface CeilingReport extends CeilingLimits {
  readonly spentUsd: number;
  readonly calls: number;
  readonly tokens: number;
  /** Calls that were refused. */
  readonly refused: number;
  /** Why the first of them was refused; null where none was. */
  readonly reason: string | null;
}

export interface Ceiling extends Stage {
  report(): CeilingReport;
}

interface Amount {
  readonly usd: number;
  readonly tokens: number;
}

/** What a call can cost, estimated before it ends. */
interface Reach extends Amount {
  /** True where the call itself bounds its answer, or is for embeddings: then it cannot cost more than this. */
  readonly isBound: boolean;
  readonly answerTokens: number;
}

/**
 * Least tokens to expect of an answer that the call does not bound; the model's own maximum counts where it is lower.
 */
const usualAnswer = 4_096;

/**
 * Refuses a call that would exceed a limit. Calls under way count with what they can still cost; a new call that fits
 * only if they turn out cheaper waits for them. `onUnpriced` is called once for each model without a known price, whose
 * calls cannot count towards `maxCostUsd`.
 */
export function createCeiling(
  limits: CeilingLimits,
  prices: Promise<PriceList>,
  onUnpriced: (model: string) => void,
): Ceiling {
  const underWay = new Map<Asked, Reach>();
  const longest = new Map<string, number>();
  const unpriced = new Set<string>();
  const waiting = new Set<() => void>();
  let [spent, calls, refused]: [Amount, number, number] = [{ usd: 0, tokens: 0 }, 0, 0];
  let reason: string | null = null;

  const reachOf = ({ api, question }: Asked, list: PriceList): Reach => {
    const model = question.model ?? "";
    const seen = Math.max(usualAnswer, 2 * (longest.get(model) ?? 0));
    const guess = Math.min(list.mostAnswer.get(model) ?? Number.POSITIVE_INFINITY, seen);
    const answerTokens = api === "embeddings" ? 0 : (question.mostAnswer ?? guess);
    const usage = { prompt_tokens: question.promptTokens, completion_tokens: answerTokens };
    const usd = costOf(usage, list.prices.get(model));
    if (usd === null && limits.maxCostUsd !== null && !unpriced.has(model)) {
      unpriced.add(model);
      onUnpriced(model);
    }
    const isBound = api === "embeddings" || question.mostAnswer !== null;
    return { usd: usd ?? 0, tokens: question.promptTokens + answerTokens, isBound, answerTokens };
  };

  const before = async (asked: Asked, signal: AbortSignal): Promise<Decision> => {
    if (asked.api === null) return { do: "go" };
    const reach = reachOf(asked, await prices);
    for (;;) {
      const why = whyNever(limits, { spent, calls }, reach);
      if (why !== null) {
        refused += 1;
        reason ??= why;
        return { do: "answer", answer: refuseFor(asked, why) };
      }
      if (underWay.size === 0 || fits(limits, spent, [...underWay.values(), reach])) break;
      await oneEnds(waiting, signal);
    }
    calls += 1;
    underWay.set(asked, reach);
    return { do: "go" };
  };

  const settle = (ended: Ended, list: PriceList): void => {
    const { promptTokens, answerTokens, costUsd } = spentOn(ended, list);
    const model = ended.asked.question.model ?? "";
    longest.set(model, Math.max(longest.get(model) ?? 0, answerTokens));
    spent = { usd: spent.usd + (costUsd ?? 0), tokens: spent.tokens + promptTokens + answerTokens };
    underWay.delete(ended.asked);
    for (const wake of waiting) wake();
    waiting.clear();
  };

  return {
    before,
    ended: (ended) => {
      if (underWay.has(ended.asked)) void prices.then((list) => settle(ended, list));
    },
    report: () => ({
      ...limits,
      spentUsd: Number(spent.usd.toFixed(12)),
      calls,
      tokens: spent.tokens,
      refused,
      reason,
    }),
  };
}

/** Why a call cannot be let through even once all others have ended; null where it may be. */
function whyNever(
  { maxCostUsd, maxCalls, maxTokens }: CeilingLimits,
  { spent, calls }: { readonly spent: Amount; readonly calls: number },
  reach: Reach,
): string | null {
  if (maxCalls !== null && calls >= maxCalls) return `--max-calls ${maxCalls} is reached`;
  if (maxCostUsd !== null && isOver(spent.usd, reach.usd, maxCostUsd, reach.isBound)) {
    const can = spent.usd < maxCostUsd ? `, and this call can cost ${formatMoney(reach.usd)}` : "";
    return `--max-cost ${maxCostUsd} is reached: ${formatMoney(spent.usd)} is spent${can}`;
  }
  if (maxTokens !== null && isOver(spent.tokens, reach.tokens, maxTokens, reach.isBound)) {
    const can = spent.tokens < maxTokens ? `, and this call can use ${reach.tokens}` : "";
    return `--max-tokens ${maxTokens} is reached: ${spent.tokens} are used${can}`;
  }
  return null;
}

/**
 * A call that does not bound its answer is over only once nothing is left, since what it can cost is a guess; where
 * that guess does not fit, it runs alone.
 */
function isOver(spent: number, more: number, limit: number, isBound: boolean): boolean {
  return spent >= limit || (isBound && spent + more > limit);
}

function fits({ maxCostUsd, maxTokens }: CeilingLimits, spent: Amount, reaches: readonly Reach[]): boolean {
  const usd = reaches.reduce((sum, reach) => sum + reach.usd, spent.usd);
  const tokens = reaches.reduce((sum, reach) => sum + reach.tokens, spent.tokens);
  return usd <= (maxCostUsd ?? usd) && tokens <= (maxTokens ?? tokens);
}

function oneEnds(waiting: Set<() => void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      waiting.delete(resolve);
      reject(signal.reason);
    };
    signal.addEventListener("abort", leave, { once: true });
    waiting.add(() => {
      signal.removeEventListener("abort", leave);
      resolve();
    });
  });
}

/** With status 402 and this header, the clients of OpenAI and Anthropic do not retry. */
function refuseFor(asked: Asked, why: string) {
  const type = asked.api === "messages" ? "billing_error" : "budget_exceeded";
  const headers = { "x-should-retry": "false" };
  return refuse(asked, { status: 402, type, message: `goat-dev: ${why}`, headers }, "goat-dev");
}
