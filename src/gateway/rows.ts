import type { ModelInfo } from "../litellm/model-info.ts";
import { prefixOf } from "./providers.ts";
import { placeholderIn, type Route, type RouteUse, usableRoutes, type Variables } from "./routes.ts";

/** What the running gateway says of itself. */
export interface GatewayView {
  readonly listed: readonly string[];
  readonly infos: readonly ModelInfo[];
}

export interface ModelRow {
  readonly name: string;
  readonly provider: string;
  readonly upstream: string;
  /** Null where it needs none. */
  readonly keyPresent: boolean | null;
  readonly keyVariables: readonly string[];
  /** Null where no gateway answers. */
  readonly served: boolean | null;
  readonly contextTokens: number | null;
  /** US dollars for a million tokens; null where it is not known. */
  readonly inputPerMillionUsd: number | null;
  readonly outputPerMillionUsd: number | null;
  readonly commentedOut: boolean;
  readonly usable: boolean;
  /** Why it cannot be used. */
  readonly obstacle: string | null;
  /** True where the user runs the model, rather than a provider. */
  readonly local: boolean;
  /** In the config; counts from 1. */
  readonly line: number;
}

export interface RowQuestion {
  readonly routes: readonly Route[];
  /** Entries that are commented out. */
  readonly disabled: readonly Route[];
  readonly variables: Variables;
  readonly view: GatewayView | null;
}

interface Seen {
  readonly served: boolean | null;
  readonly info: ModelInfo | undefined;
  readonly obstacle: string | null;
  readonly commentedOut: boolean;
}

/** One row for each entry of the config, in order, with the commented-out entries last. */
export function modelRows({ routes, disabled, variables, view }: RowQuestion): readonly ModelRow[] {
  const active = usableRoutes(routes, variables).map((use, index) => {
    const nth = routes.slice(0, index).filter(({ name }) => name === use.route.name).length;
    const info = view?.infos.filter(({ name }) => name === use.route.name)[nth];
    const served = view === null ? null : view.listed.includes(use.route.name);
    const stale = served === false && use.obstacle === null ? "the gateway does not serve it yet: goat-dev up" : null;
    return row(use, { served, info, obstacle: use.obstacle ?? stale, commentedOut: false }, variables);
  });
  const commented = usableRoutes(disabled, variables).map((use) => {
    const needsUrl = use.route.apiBase !== null && placeholderIn(use.route.apiBase) !== null;
    const command = `goat-dev models enable ${use.route.name}${needsUrl ? " --workspace NAME" : ""}`;
    const seen = { served: view === null ? null : view.listed.includes(use.route.name), info: undefined };
    return row(use, { ...seen, obstacle: `commented out: ${command}`, commentedOut: true }, variables);
  });
  return [...active, ...commented];
}

function row({ route }: RouteUse, { served, info, obstacle, commentedOut }: Seen, variables: Variables): ModelRow {
  return {
    name: route.name,
    provider: providerOf(route),
    upstream: route.upstream,
    keyPresent:
      route.keyVariables.length === 0 ? null : route.keyVariables.every((name) => (variables[name] ?? "") !== ""),
    keyVariables: route.keyVariables,
    served,
    contextTokens: info?.contextTokens ?? null,
    inputPerMillionUsd: perMillion(info?.price.input),
    outputPerMillionUsd: perMillion(info?.price.output),
    commentedOut,
    usable: obstacle === null,
    obstacle,
    local: route.provider === "vllm" || route.name.endsWith("-local"),
    line: route.line,
  };
}

function providerOf({ provider, upstream }: Route): string {
  return provider === "other" ? (prefixOf(upstream) ?? "other") : provider;
}

/** US dollars for a million tokens, without the rounding errors of binary fractions: 0.15 for 1.5e-7 per token. */
function perMillion(perToken: number | null | undefined): number | null {
  return perToken === null || perToken === undefined ? null : Number((perToken * 1e6).toPrecision(12));
}
