import type { Provider, RouteUse } from "../../gateway/routes.ts";
import { isPattern } from "../../gateway/wildcards.ts";
import { type ModelInfo, pricesByName } from "../../litellm/model-info.ts";
import { list } from "../../platform/text.ts";
import { type CheckResult, warning } from "../check.ts";

/** Those that take money for every call: nobody's own servers, nor what is given away. */
const paid: readonly Provider[] = ["azure", "openai", "anthropic", "groq"];

/** Calls without a price are free to LiteLLM, whose budgets then hold nobody back. */
export function checkPrices(uses: readonly RouteUse[], infos: readonly ModelInfo[]): readonly CheckResult[] {
  const prices = pricesByName(infos);
  const unpriced = uses.filter(({ route, obstacle }) => {
    const price = prices.get(route.name);
    const isAsked = obstacle === null && paid.includes(route.provider) && !isPattern(route.name);
    return isAsked && price !== undefined && price.input === null && price.output === null;
  });
  const [first] = unpriced;
  if (first === undefined) return [];
  const names = list([...new Set(unpriced.map(({ route }) => route.name))]);
  const places = list(unpriced.map(({ route }) => `line ${route.line}`));
  return [
    warning(
      `LiteLLM knows no price of ${names}, and counts its calls as free: base_model under model_info, at ${places} of the LiteLLM config`,
    ),
  ];
}
