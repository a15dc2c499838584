import { askGateway, type GatewayAccess, strange } from "./access.ts";
import { type Fields, isRecord } from "./shape.ts";

/** The names the gateway serves, from /v1/models. Throws gateway-refused. */
export const listModels = async (access: GatewayAccess, signal: AbortSignal): Promise<readonly string[]> => {
  const entries = await entriesOf(access, "/models", signal);
  return entries.flatMap((entry) => (typeof entry["id"] === "string" ? [entry["id"]] : []));
};

export interface ModelInfo {
  readonly name: string;
  /** US dollars; null where LiteLLM does not know. */
  readonly inputCostPerToken: number | null;
  readonly outputCostPerToken: number | null;
  /** Tokens that fit in; null where LiteLLM does not know. */
  readonly contextTokens: number | null;
}

/** What the gateway knows of each route, from /model/info. Throws gateway-refused. */
export const modelInfo = async (access: GatewayAccess, signal: AbortSignal): Promise<readonly ModelInfo[]> => {
  const entries = await entriesOf(access, "/model/info", signal);
  return entries.flatMap((entry) => {
    const name = entry["model_name"];
    const info = isRecord(entry["model_info"]) ? entry["model_info"] : {};
    return typeof name === "string" ? [{ name, ...pricesIn(info), contextTokens: contextIn(info) }] : [];
  });
};

const entriesOf = async (access: GatewayAccess, path: string, signal: AbortSignal): Promise<readonly Fields[]> => {
  const body = await askGateway(access, path, signal);
  if (!isRecord(body) || !Array.isArray(body["data"])) throw strange(access, path);
  return body["data"].filter(isRecord);
};

const pricesIn = (info: Fields): Pick<ModelInfo, "inputCostPerToken" | "outputCostPerToken"> => {
  const input = amount(info["input_cost_per_token"]);
  const output = amount(info["output_cost_per_token"]);
  // LiteLLM has said 0 for both where it has no price.
  const unknown = (input ?? 0) === 0 && (output ?? 0) === 0;
  return { inputCostPerToken: unknown ? null : input, outputCostPerToken: unknown ? null : output };
};

const contextIn = (info: Fields): number | null => amount(info["max_input_tokens"]) ?? amount(info["max_tokens"]);

const amount = (value: unknown): number | null => (typeof value === "number" && Number.isFinite(value) ? value : null);

/** US dollars for a call, or null where a price it needs is unknown. */
export const costOf = (
  info: Pick<ModelInfo, "inputCostPerToken" | "outputCostPerToken">,
  tokens: { readonly promptTokens: number; readonly completionTokens: number },
): number | null =>
  info.inputCostPerToken === null || info.outputCostPerToken === null
    ? null
    : info.inputCostPerToken * tokens.promptTokens + info.outputCostPerToken * tokens.completionTokens;
