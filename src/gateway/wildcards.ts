import { keyVariables, prefixOf, smallModels } from "./providers.ts";

type Variables = Readonly<Record<string, string | undefined>>;

export function isPattern(name: string): boolean {
  return name.includes("*");
}

/** True where a route's name, which may hold `*`, stands for this model. */
export function matches(routeName: string, model: string): boolean {
  if (!isPattern(routeName)) return routeName === model;
  const parts = routeName.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "s").test(model);
}

/**
 * The name of a small model that a route with `*` is sure to serve: openai/gpt-5-nano for `openai/*`, and for `*` a
 * model of a provider whose key is set. Null where no small model of the route's provider is known, or no key is set.
 */
export function smallModelOf(
  { name, upstream }: { readonly name: string; readonly upstream: string },
  variables: Variables,
): string | null {
  if (!isPattern(upstream)) return name.replace("*", upstream.slice(upstream.indexOf("/") + 1));
  const own = prefixOf(upstream);
  const provider =
    own ?? Object.keys(smallModels).find((prefix) => (variables[keyVariables[prefix] ?? ""] ?? "") !== "");
  const small = smallModels[provider ?? ""];
  if (provider === undefined || small === undefined) return null;
  return name.replace("*", own === undefined ? `${provider}/${small}` : small);
}
