import type { EngineInfo } from "../../engine/engine.ts";
import { describe } from "../../errors/describe.ts";
import { type CheckResult, ok, problem } from "../check.ts";

/** "Docker 28.2.2 (context default)". */
export const engineText = ({ kind, version, source }: EngineInfo): string =>
  `${kind.charAt(0).toUpperCase()}${kind.slice(1)} ${version} (${source})`;

/** An engine answers. */
export const checkEngine = async (open: () => Promise<EngineInfo>): Promise<CheckResult> => {
  try {
    return ok(engineText(await open()));
  } catch (error) {
    return problem(describe(error));
  }
};
