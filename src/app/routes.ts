import { readGatewayConfig } from "../gateway/config.ts";
import type { Route } from "../gateway/routes.ts";
import { matches } from "../gateway/wildcards.ts";
import type { StackSpec } from "../model/stack.ts";
import { readTextIfThere } from "../platform/text-file.ts";
import { gatewayOf } from "../stack/plan/endpoints.ts";

/** The routes of the config that the gateway mounts; none where it mounts none. Throws gateway-config-invalid. */
export function readRoutes(stack: StackSpec): readonly Route[] {
  const config = gatewayOf(stack)?.config ?? null;
  const text = config === null ? undefined : readTextIfThere(config.source);
  return config === null || text === undefined ? [] : readGatewayConfig(text, config.path).routes;
}

/** The route that serves a model's name; undefined where the config has none. */
export function routeOf(model: string, stack: StackSpec): Route | undefined {
  return readRoutes(stack).find(({ name }) => matches(name, model));
}
