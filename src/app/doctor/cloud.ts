import { type CheckResult, inGroup } from "../../doctor/check.ts";
import { cacheName } from "../../modal/cache.ts";
import { openState } from "../../project/state.ts";
import type { App } from "../app.ts";
import { checkCloud } from "../cloud/doctor.ts";
import { openEnvironment } from "../project.ts";

interface CloudFound {
  readonly results: readonly CheckResult[];
  readonly notAsked: readonly string[];
}

const nothing: CloudFound = { results: [], notAsked: [] };

/**
 * Checks the way to Modal. Its CLI takes seconds, so this is done only where `cloud` is named, or with --online where
 * this project has deployed something.
 */
export async function examineCloud(
  { checks, online }: { readonly checks: readonly string[]; readonly online: boolean },
  app: App,
): Promise<CloudFound> {
  const isNamed = checks.includes("cloud");
  if (!isNamed && (checks.length > 0 || !hasDeployed(app))) return nothing;
  if (!isNamed && !online) return { results: [], notAsked: ["the cloud was not asked: goat-dev doctor cloud"] };
  return { results: inGroup("cloud", await checkCloud({ environment: undefined }, app)), notAsked: [] };
}

/** Also false where .env cannot be read, which another check reports. */
function hasDeployed(app: App): boolean {
  try {
    return openState(openEnvironment(app).project.stateDir).readJson(cacheName) !== undefined;
  } catch {
    return false;
  }
}
