import { costIn, costOf, type ModelInfo, type ModelPrice, pricesByName } from "../litellm/model-info.ts";
import { type Ended, headerOf } from "./call.ts";

/** What the gateway knows of its models, by the name that programs ask for. */
export interface PriceList {
  readonly prices: ReadonlyMap<string, ModelPrice>;
  /** The most tokens that a model answers with. */
  readonly mostAnswer: ReadonlyMap<string, number>;
}

export const noPrices: PriceList = { prices: new Map(), mostAnswer: new Map() };

export function priceList(infos: readonly ModelInfo[]): PriceList {
  const known = infos.flatMap(({ name, mostAnswer }) => (mostAnswer === null ? [] : [[name, mostAnswer] as const]));
  return { prices: pricesByName(infos), mostAnswer: new Map(known) };
}

/** What a call came to. */
export interface Spent {
  readonly promptTokens: number;
  readonly answerTokens: number;
  /** US dollars; null where no price is known. */
  readonly costUsd: number | null;
  /** True where the answer reported no tokens: they are estimated from the length of the text. */
  readonly isAbout: boolean;
}

const nothing: Spent = { promptTokens: 0, answerTokens: 0, costUsd: 0, isAbout: false };

/**
 * The cost is the one that the gateway reports, else it follows from the tokens and the price list; tokens that the
 * answer does not report are estimated from the length of the text. A failed call costs nothing; one that the program
 * did not wait for costs at least its prompt.
 */
export function spentOn({ asked, from, status, headers, metered }: Ended, { prices }: PriceList): Spent {
  const isAnswered = from === "gateway" || from === "cassette";
  if (asked.api === null || !isAnswered || (status !== null && status >= 400)) return nothing;
  const { question } = asked;
  const about = { prompt_tokens: question.promptTokens, completion_tokens: Math.ceil(metered.letters / 4) };
  const usage = metered.usage ?? about;
  const told = costIn(headerOf(headers, "x-litellm-response-cost")) ?? metered.costUsd;
  return {
    promptTokens: usage.prompt_tokens,
    answerTokens: usage.completion_tokens ?? 0,
    costUsd: told ?? costOf(usage, prices.get(question.model ?? "")),
    isAbout: metered.usage === null,
  };
}
