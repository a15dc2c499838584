import { describe } from "../../errors/describe.ts";
import { readGatewayConfig } from "../../gateway/config.ts";
import { plural } from "../../platform/text.ts";
import { type CheckResult, ok, problem, skipped } from "../check.ts";

/** LiteLLM's config can be read, so that a running gateway is never stopped for one that cannot. */
export function checkGatewayConfig(text: string | undefined, path: string | null): CheckResult {
  if (text === undefined || path === null) return skipped("no LiteLLM config on this machine");
  try {
    return ok(`${path}: ${plural(readGatewayConfig(text, path).routes.length, "route")}`);
  } catch (error) {
    return problem(describe(error));
  }
}
