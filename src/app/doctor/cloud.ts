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

/** The way to Modal, whose CLI takes seconds: asked by name, or with --online where this project has deployed something. */
export async function examineCloud(
  { checks, online }: { readonly checks: readonly string[]; readonly online: boolean },
  app: App,
): Promise<CloudFound> {
  const isNamed = checks.includes("cloud");
  if (!isNamed && (checks.length > 0 || !hasDeployed(app))) return nothing;
  if (!isNamed && !online) return { results: [], notAsked: ["the cloud was not asked: goat-dev doctor cloud"] };
  return { results: inGroup("cloud", await checkCloud({ environment: undefined }, app)), notAsked: [] };
}

/** False also where .env cannot be read, which is told elsewhere. */
function hasDeployed(app: App): boolean {
  try {
    return openState(openEnvironment(app).project.stateDir).readJson(cacheName) !== undefined;
  } catch {
    return false;
  }
}
