import { GoatError } from "../../errors/goat-error.ts";
import { environment, secretNames, workspace } from "../../modal/account.ts";
import { cached, updateCache } from "../../modal/cache.ts";
import { envOption } from "../../modal/failures.ts";
import {
  planSecrets,
  readSecretTable,
  refuseIncomplete,
  type SecretPlan,
  type SecretTable,
  writeSecret,
} from "../../modal/secrets.ts";
import { shortPath } from "../../platform/format.ts";
import { list, nearest, plural } from "../../platform/text.ts";
import { ensureStateFolder } from "../../project/state.ts";
import type { App } from "../app.ts";
import { type Cloud, type CloudInput, openCloud } from "./cloud.ts";

export interface CloudSecretsInput extends CloudInput {
  /** Names of secrets; all where empty. */
  readonly secrets: readonly string[];
  /** Also write secrets that have not changed since they were last written. */
  readonly all: boolean;
  /** Do not ask. */
  readonly yes: boolean;
}

export interface CloudSecretsReport {
  readonly ok: true;
  readonly workspace: string;
  readonly environment: string;
  readonly secrets: readonly {
    readonly name: string;
    readonly outcome: "created" | "replaced" | "unchanged" | "skipped";
    /** The secret's variables that are set in .env. */
    readonly set: readonly string[];
    readonly unset: readonly string[];
  }[];
}

/** Writes the keys of .env to Modal's secrets. Throws modal-secret-incomplete, confirmation-needed, interrupted. */
export async function syncSecrets(input: CloudSecretsInput, app: App): Promise<CloudSecretsReport> {
  const cloud = openCloud(input, app);
  const { cli, cache } = cloud;
  const table = chosen(readTable(cloud), input.secrets);
  const account = await workspace(cli);
  await environment(cli);
  const there = await secretNames(cli);
  const hashes = cached(cache, cli.environment).secrets;
  const plans = planSecrets(table, cloud.environment.variables, there, { salt: cache.salt, hashes });
  const wanted = plans.filter((plan) => isNeeded(plan) || plan.set.length > 0);
  refuseIncomplete(wanted, shortPath(app, cloud.environment.project.envFile));
  const due = wanted.filter(({ change }) => change !== "unchanged" || input.all);
  for (const plan of plans) app.emit({ type: "notice", level: "info", text: planText(plan, due, wanted) });
  if (due.length > 0) await agree(due, account, cloud, input, app);
  await writeAll(due, cloud, app);
  return {
    ok: true,
    workspace: account,
    environment: cli.environment,
    secrets: plans.map((plan) => ({
      name: plan.name,
      outcome: outcomeOf(plan, due, wanted),
      set: plan.set,
      unset: plan.unset,
    })),
  };
}

function readTable(cloud: Cloud): SecretTable {
  const { text, path } = cloud.file("modal-secrets.json");
  return readSecretTable(text, path);
}

/** Those that are named; all where none is. */
function chosen(table: SecretTable, names: readonly string[]): SecretTable {
  const known = Object.keys(table);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    const near = nearest(unknown, known);
    throw new GoatError("usage", `${unknown} is no secret of dev/modal-secrets.json`, {
      evidence: [`there are: ${list(known)}`],
      fixes: [{ command: `goat-dev modal secrets sync ${near ?? ""}`.trim(), effect: "perhaps this was meant" }],
    });
  }
  if (names.length === 0) return table;
  return Object.fromEntries(Object.entries(table).filter(([name]) => names.includes(name)));
}

/** The gateway's app refers to these secrets by name, so they have to exist even where they are empty. */
function isNeeded({ name }: SecretPlan): boolean {
  return name === "goat-litellm" || name === "goat-llm-providers";
}

function planText(plan: SecretPlan, due: readonly SecretPlan[], wanted: readonly SecretPlan[]): string {
  const { name, set, unset, change } = plan;
  if (!wanted.includes(plan)) return `${name}: left out, nothing of it is set (${list(unset)})`;
  if (!due.includes(plan)) return `${name}: as it was written last`;
  const rest = unset.length === 0 ? "" : `; not set: ${list(unset)}`;
  const content = set.length === 0 ? "empty" : `with ${list(set)}`;
  return `${name}: ${change === "new" ? "new" : "will be replaced"}, ${content}${rest}`;
}

function outcomeOf(plan: SecretPlan, due: readonly SecretPlan[], wanted: readonly SecretPlan[]) {
  if (due.includes(plan)) return plan.change === "new" ? "created" : "replaced";
  return wanted.includes(plan) ? "unchanged" : "skipped";
}

async function agree(
  due: readonly SecretPlan[],
  account: string,
  { cli }: Cloud,
  input: CloudSecretsInput,
  { ask }: App,
): Promise<void> {
  if (input.yes) return;
  const what = `${plural(due.length, "secret")} to ${account}'s Modal environment ${cli.environment}`;
  if (ask === null) {
    throw new GoatError("confirmation-needed", `this writes ${what}, and nobody is here to ask`, {
      fixes: [
        {
          command: `goat-dev modal secrets sync ${[...input.secrets, "--yes"].join(" ")}${envOption(cli.environment)}`,
          effect: "writes without asking",
        },
      ],
    });
  }
  if (await ask.confirm(`Write ${what}?`, true)) return;
  throw new GoatError("interrupted", "nothing was written");
}

async function writeAll(due: readonly SecretPlan[], { cli, environment, state, cache }: Cloud, app: App) {
  const { stateDir } = environment.project;
  await ensureStateFolder(stateDir);
  for (const plan of due) {
    const begin = app.clock.now();
    app.emit({ type: "step-started", step: plan.name, text: "writing" });
    await writeSecret(cli, plan, stateDir).catch((error: unknown) => {
      app.emit({ type: "step-finished", step: plan.name, outcome: "failed", text: "not written", durationMs: 0 });
      throw error;
    });
    const text = `${plan.change === "new" ? "created" : "replaced"}: ${list(plan.set) || "empty"}`;
    const durationMs = app.clock.now() - begin;
    app.emit({ type: "step-finished", step: plan.name, outcome: "ok", text, durationMs });
    const kept = { secrets: { [plan.name]: plan.hash }, salt: cache.salt };
    const warning = await updateCache(state, cli.environment, kept);
    if (warning !== null) app.emit({ type: "notice", level: "warning", text: warning });
  }
}
