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
 * A small model that a route with `*` surely stands for, by the name to ask for: `openai/*` is openai/gpt-5-nano, `*` one of a
 * provider whose key is set. Null where the route leads to a provider of which none is known.
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
