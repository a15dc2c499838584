import { formatDuration, formatMoney } from "../platform/format.ts";
import { plural } from "../platform/text.ts";

/** `llama-3.3-70b: 31 tokens, $0.00002, 0.6 s` */
export function usageText(call: {
  readonly model: string;
  readonly totalTokens: number | null;
  readonly costUsd: number | null;
  readonly durationMs: number;
}): string {
  const tokens = call.totalTokens === null ? "tokens unknown" : plural(call.totalTokens, "token");
  const cost = call.costUsd === null ? "cost unknown" : formatMoney(call.costUsd);
  return `${call.model}: ${tokens}, ${cost}, ${formatDuration(call.durationMs)}`;
}
