import { type CheckResult, type ChecksReport, checksReport, ok, problem, skipped } from "../../doctor/check.ts";
import { describe } from "../../errors/describe.ts";
import { apps, cliVersion, environment, isDeployed, needSecrets, secretNames, workspace } from "../../modal/account.ts";
import { list } from "../../platform/text.ts";
import type { App } from "../app.ts";
import { type Cloud, type CloudInput, openCloud } from "./cloud.ts";

/** Checks the way to Modal. */
export async function cloudDoctor(input: CloudInput, app: App): Promise<ChecksReport> {
  return checksReport(await checkCloud(input, app));
}

export async function checkCloud(input: CloudInput, app: App): Promise<readonly CheckResult[]> {
  return examine(openCloud(input, app), app.signal);
}

/** One question after the other: each needs what the one before has found. */
async function examine(cloud: Cloud, signal: AbortSignal): Promise<readonly CheckResult[]> {
  const { cli } = cloud;
  const results: CheckResult[] = [];
  const questions: readonly (readonly [string, () => Promise<readonly CheckResult[]>])[] = [
    ["Modal CLI", async () => [ok(`Modal CLI ${await cliVersion(cli)}`)]],
    ["token", async () => [ok(`token accepted, workspace ${await workspace(cli)}`)]],
    ["environment", async () => [environmentCheck(await environment(cli))]],
    ["secrets", () => checkSecrets(cloud)],
    ["apps", () => checkApps(cloud)],
  ];
  for (const [index, [, ask]] of questions.entries()) {
    try {
      results.push(...(await ask()));
    } catch (error) {
      signal.throwIfAborted();
      const rest = questions.slice(index + 1).map(([name]) => name);
      return [
        ...results,
        problem(describe(error)),
        ...(rest.length === 0 ? [] : [skipped(`not asked: ${list(rest)}`)]),
      ];
    }
  }
  return results;
}

function environmentCheck({ name, webSuffix }: { readonly name: string; readonly webSuffix: string }): CheckResult {
  return ok(`environment ${name}, ${webSuffix === "" ? "no suffix in addresses" : `-${webSuffix} in addresses`}`);
}

/** A secret that the gateway needs and that is missing is a problem; the others are not always needed. */
async function checkSecrets({ cli, targets }: Cloud): Promise<readonly CheckResult[]> {
  const there = await secretNames(cli);
  const needed = targets[0]?.secrets ?? [];
  const optional = ["goat-langfuse", "goat-postgres", "goat-hf-token"].filter((name) => !there.includes(name));
  const rest = optional.length === 0 ? [] : [skipped(`optional, and not there: ${list(optional)}`)];
  try {
    needSecrets(cli, needed, there);
    return [ok(`secrets ${list(needed)}`), ...rest];
  } catch (error) {
    return [problem(describe(error)), ...rest];
  }
}

async function checkApps({ cli, targets }: Cloud): Promise<readonly CheckResult[]> {
  const found = await apps(cli);
  const deployed = targets.filter(({ app }) => {
    const there = found.get(app);
    return there !== undefined && isDeployed(there);
  });
  if (deployed.length === 0) return [skipped("nothing is deployed yet: goat-dev modal deploy")];
  return [ok(`deployed: ${list(deployed.map(({ app }) => app))}`)];
}
