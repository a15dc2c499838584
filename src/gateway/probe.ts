import { GoatError } from "../errors/goat-error.ts";
import { list, plural } from "../platform/text.ts";
import { type GatewayAccess, listModels } from "./access.ts";
import { compareModels, type Route, type RouteUse, usableRoutes, type Variables } from "./routes.ts";

export interface ModelsProof {
  readonly listed: readonly string[];
  /** Listed, but not in the config. */
  readonly unexpected: readonly string[];
  readonly uses: readonly RouteUse[];
  /** Names that can be used with the keys at hand. */
  readonly usable: readonly string[];
}

/** Compares the models that the gateway serves with its config. Throws gateway-refused, models-missing. */
export async function proveModels(
  access: GatewayAccess,
  routes: readonly Route[],
  variables: Variables,
  signal: AbortSignal,
): Promise<ModelsProof> {
  const listed = await listModels(access, signal);
  const { missing, unexpected } = compareModels(listed, routes);
  if (missing.length > 0) throw modelsMissing(access, missing, unexpected);
  const uses = usableRoutes(routes, variables);
  const usable = uses.filter((use) => use.obstacle === null).map((use) => use.route.name);
  return { listed, unexpected, uses, usable: [...new Set(usable)] };
}

function modelsMissing(access: GatewayAccess, missing: readonly string[], unexpected: readonly string[]): GoatError {
  const others = unexpected.length === 0 ? [] : [`listed, but not in the config: ${list(unexpected)}`];
  return new GoatError("models-missing", `${access.service} does not serve ${list(missing)}`, {
    service: access.service,
    evidence: [`GET /v1/models lacks ${plural(missing.length, "name")} of its config`, ...others],
    fixes: [
      { command: `goat-dev restart ${access.service}`, effect: "reads the config again" },
      { command: `goat-dev logs ${access.service}`, effect: "shows why a route was left out" },
    ],
  });
}
