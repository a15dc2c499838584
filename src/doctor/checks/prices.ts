import type { Provider, RouteUse } from "../../gateway/routes.ts";
import { isPattern } from "../../gateway/wildcards.ts";
import { type ModelInfo, pricesByName } from "../../litellm/model-info.ts";
import { list } from "../../platform/text.ts";
import { type CheckResult, warning } from "../check.ts";

/** Providers that charge for every call; a user's own servers and free offers do not count. */
const paid: readonly Provider[] = ["azure", "openai", "anthropic", "groq"];

/** Finds models without a price: LiteLLM counts their calls as free, so its budgets do not limit them. */
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
      `LiteLLM knows no price of ${names}, and counts its calls as free: give it a base_model under model_info, at ${places} of the LiteLLM config`,
    ),
  ];
}
