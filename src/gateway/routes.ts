import { GoatError } from "../errors/goat-error.ts";
import { list, nearest } from "../platform/text.ts";
import { isPattern, matches, smallModelOf } from "./wildcards.ts";

export type Provider = "azure" | "groq" | "openai" | "anthropic" | "vllm" | "other";

/** One entry of `model_list`: a public name and where it goes. Several may share a name. */
export interface Route {
  readonly name: string;
  readonly provider: Provider;
  /** What LiteLLM calls, such as groq/llama-3.3-70b-versatile. */
  readonly upstream: string;
  /** Variables that must be set for the route to work; the provider's default one where the entry names none. */
  readonly keyVariables: readonly string[];
  readonly mode: "chat" | "embedding" | "other";
  /** The entry's `api_base`; null where it has none. */
  readonly apiBase: string | null;
  /** True where LiteLLM answers with the entry's own `mock_response`, without a provider. */
  readonly mock: boolean;
  /** Counts from 1. */
  readonly line: number;
}

export type Variables = Readonly<Record<string, string | undefined>>;

export interface RouteUse {
  readonly route: Route;
  /** Why the route cannot be used, such as `GROQ_API_KEY is not set`; null where it can. */
  readonly obstacle: string | null;
}

/** The model to ask for, and the route it takes. */
export interface ModelChoice {
  readonly model: string;
  readonly route: Route;
}

/** Which routes can work with these variables; an empty value counts as not set. */
export function usableRoutes(routes: readonly Route[], variables: Variables): readonly RouteUse[] {
  return routes.map((route) => {
    return { route, obstacle: route.mock ? null : obstacleOf(route, variables) };
  });
}

function obstacleOf({ keyVariables, apiBase }: Route, variables: Variables): string | null {
  const unset = keyVariables.filter((name) => (variables[name] ?? "") === "");
  if (unset.length > 0) return `${list(unset)} ${unset.length === 1 ? "is" : "are"} not set`;
  const unfilled = apiBase === null ? null : placeholderIn(apiBase);
  return unfilled === null ? null : `${unfilled} in its api_base is to be filled in`;
}

/** The first placeholder in an address that is still to be filled in, such as `<workspace>`; null where it has none. */
export function placeholderIn(address: string): string | null {
  return /<[\w -]+>/.exec(address)?.[0] ?? null;
}

/**
 * Picks the wanted model, else the first usable chat model with a plain name, else a small model of a route with `*`,
 * else null. Throws usage where the wanted one is not a chat model of the config, no-provider-key where it lacks its
 * key.
 */
export function pickChatModel(
  routes: readonly Route[],
  variables: Variables,
  wanted: string | undefined,
): ModelChoice | null {
  const uses = usableRoutes(routes, variables);
  if (wanted !== undefined && wanted !== "") return wantedModel(uses, wanted);
  const usable = uses.filter(({ route, obstacle }) => obstacle === null && route.mode === "chat");
  const named = usable.find(({ route }) => !isPattern(route.name));
  if (named !== undefined) return { model: named.route.name, route: named.route };
  const [found = null] = usable.flatMap(({ route }) => {
    const model = smallModelOf(route, variables);
    return model === null ? [] : { model, route };
  });
  return found;
}

function wantedModel(uses: readonly RouteUse[], wanted: string): ModelChoice {
  const candidates = uses.filter(({ route }) => matches(route.name, wanted));
  const usable = candidates.find(({ obstacle }) => obstacle === null);
  const [candidate] = candidates;
  if (candidate === undefined) throw unknownModel(uses, wanted);
  if (candidate.route.mode !== "chat") {
    throw new GoatError("usage", `EVAL_MODEL=${wanted} is not a chat model`, { fixes: [chatModels(uses)] });
  }
  if (usable !== undefined) return { model: wanted, route: usable.route };
  throw new GoatError("no-provider-key", `EVAL_MODEL=${wanted} cannot be asked: ${candidate.obstacle}`, {
    fixes: [{ command: "goat-dev up", effect: "once the key is in .env, or without EVAL_MODEL" }],
  });
}

function unknownModel(uses: readonly RouteUse[], wanted: string): GoatError {
  const names = uses.map(({ route }) => route.name);
  const near = nearest(wanted, names);
  const meant = near === undefined ? "" : `; did you mean ${near}?`;
  return new GoatError("usage", `EVAL_MODEL=${wanted} is not a model of the LiteLLM config${meant}`, {
    fixes: [
      near === undefined ? chatModels(uses) : { command: `EVAL_MODEL=${near} goat-dev up`, effect: `asks ${near}` },
    ],
  });
}

function chatModels(uses: readonly RouteUse[]): { readonly command: string; readonly effect: string } {
  const names = new Set(uses.filter(({ route }) => route.mode === "chat").map(({ route }) => route.name));
  return { command: "goat-dev up", effect: `with EVAL_MODEL unset or one of: ${list([...names], "or") || "none yet"}` };
}

/** Compares the models that the gateway lists with those that its config routes; a name with `*` is never missing. */
export function compareModels(
  listed: readonly string[],
  routes: readonly Route[],
): { readonly missing: readonly string[]; readonly unexpected: readonly string[] } {
  const names = [...new Set(routes.map((route) => route.name))];
  return {
    missing: names.filter((name) => !isPattern(name) && !listed.includes(name)),
    unexpected: listed.filter((model) => !names.some((name) => matches(name, model))),
  };
}
