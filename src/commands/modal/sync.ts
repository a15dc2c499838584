import { GoatError } from "../../errors/goat-error.ts";
import { environment, secretNames, workspace } from "../../modal/account.ts";
import { envOption } from "../../modal/failures.ts";
import { recall, remember } from "../../modal/memory.ts";
import {
  planSecrets,
  readSecretTable,
  refuseIncomplete,
  type SecretPlan,
  type SecretTable,
  writeSecret,
} from "../../modal/secrets.ts";
import { shortPath } from "../../platform/short-path.ts";
import { list, nearest, plural } from "../../platform/text.ts";
import { ensureStateFolder } from "../../project/state.ts";
import type { Context, Input, Run } from "../old-command.ts";
import { type Cloud, openCloud } from "./open.ts";

export const sync: Run = async (input, context) => {
  const cloud = openCloud(context, input);
  const { cli, memory } = cloud;
  const table = chosen(readTable(cloud), input.args);
  const account = await workspace(cli);
  await environment(cli);
  const there = await secretNames(cli);
  const hashes = recall(memory, cli.environment).secrets;
  const plans = planSecrets(table, cloud.environment.variables, there, { salt: memory.salt, hashes });
  const wanted = plans.filter((plan) => isNeeded(plan) || plan.set.length > 0);
  refuseIncomplete(wanted, shortPath(context, cloud.environment.project.envFile));
  const due = wanted.filter(({ change }) => change !== "unchanged" || input.flag("all"));
  for (const plan of plans) context.emit({ type: "notice", level: "info", text: line(plan, due, wanted) });
  if (due.length > 0) await agree(due, account, cloud, input, context);
  await writeAll(due, cloud, context);
  const isWritten = (plan: SecretPlan): boolean => due.includes(plan);
  context.emit({
    type: "result",
    data: {
      ok: true,
      workspace: account,
      environment: cli.environment,
      secrets: plans.map((plan) => ({
        name: plan.name,
        outcome: isWritten(plan)
          ? plan.change === "new"
            ? "created"
            : "replaced"
          : wanted.includes(plan)
            ? "unchanged"
            : "skipped",
        set: plan.set,
        unset: plan.unset,
      })),
    },
    text: summary(due.length, cli.environment),
  });
  return undefined;
};

const readTable = (cloud: Cloud): SecretTable => {
  const { text, path } = cloud.file("modal-secrets.json");
  return readSecretTable(text, path);
};

/** Those that are named; all where none is. */
const chosen = (table: SecretTable, names: readonly string[]): SecretTable => {
  const known = Object.keys(table);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    const near = nearest(unknown, known);
    throw new GoatError("usage", `${unknown} is no secret of dev/modal-secrets.json`, {
      evidence: [`there are: ${list(known)}`],
      fixes: [{ command: `goat-dev modal secrets sync ${near ?? ""}`.trim(), effect: "perhaps this was meant" }],
    });
  }
  return names.length === 0
    ? table
    : Object.fromEntries(Object.entries(table).filter(([name]) => names.includes(name)));
};

/** The gateway's app asks for these by name, whatever is in them. */
const isNeeded = ({ name }: SecretPlan): boolean => name === "goat-litellm" || name === "goat-llm-providers";

const line = (plan: SecretPlan, due: readonly SecretPlan[], wanted: readonly SecretPlan[]): string => {
  const { name, set, unset, change } = plan;
  if (!wanted.includes(plan)) return `${name}: left out, nothing of it is set (${list(unset)})`;
  if (!due.includes(plan)) return `${name}: as it was written last`;
  const rest = unset.length === 0 ? "" : `; not set: ${list(unset)}`;
  const content = set.length === 0 ? "empty" : `with ${list(set)}`;
  return `${name}: ${change === "new" ? "new" : "will be replaced"}, ${content}${rest}`;
};

const agree = async (
  due: readonly SecretPlan[],
  account: string,
  { cli }: Cloud,
  input: Input,
  context: Context,
): Promise<void> => {
  if (input.flag("yes")) return;
  const what = `${plural(due.length, "secret")} to ${account}'s Modal environment ${cli.environment}`;
  if (context.ask === null) {
    throw new GoatError("confirmation-needed", `this writes ${what}, and nobody is here to ask`, {
      fixes: [
        {
          command: `goat-dev modal secrets sync ${[...input.args, "--yes"].join(" ")}${envOption(cli.environment)}`,
          effect: "writes without asking",
        },
      ],
    });
  }
  if (await context.ask.confirm(`Write ${what}?`, true)) return;
  throw new GoatError("interrupted", "nothing was written");
};

const writeAll = async (due: readonly SecretPlan[], { cli, environment, state, memory }: Cloud, context: Context) => {
  const { stateDir } = environment.project;
  await ensureStateFolder(stateDir);
  for (const plan of due) {
    const begin = context.clock.now();
    context.emit({ type: "step-started", step: plan.name, text: "writing" });
    await writeSecret(cli, plan, stateDir).catch((error: unknown) => {
      context.emit({ type: "step-finished", step: plan.name, outcome: "failed", text: "not written", durationMs: 0 });
      throw error;
    });
    const text = `${plan.change === "new" ? "created" : "replaced"}: ${list(plan.set) || "empty"}`;
    const durationMs = context.clock.now() - begin;
    context.emit({ type: "step-finished", step: plan.name, outcome: "ok", text, durationMs });
    const kept = { secrets: { [plan.name]: plan.hash }, salt: memory.salt };
    const warning = await remember(state, cli.environment, kept);
    if (warning !== null) context.emit({ type: "notice", level: "warning", text: warning });
  }
};

const summary = (count: number, environment: string): string =>
  count === 0
    ? "Nothing to write: all is as it was written last (--all writes it again)."
    : `Wrote ${plural(count, "secret")}. What runs already takes them over with: goat-dev modal deploy${envOption(environment)}`;
