import { GoatError } from "../../errors/goat-error.ts";
import { type Account, accountOf, needSecrets, secretNames } from "../../modal/account.ts";
import { checkWorkspace, webAddress } from "../../modal/address.ts";
import { deploy as deployScript } from "../../modal/deploy.ts";
import { chooseTargets, gatewayTarget, type Target } from "../../modal/targets.ts";
import { formatDuration } from "../../platform/format.ts";
import { cut } from "../../platform/text.ts";
import type { App } from "../app.ts";
import { keepAddresses } from "./address.ts";
import { type Cloud, type CloudInput, openCloud } from "./cloud.ts";
import { type CloudProof, type ProofInput, proveGateway, proveStart } from "./prove.ts";
import { step } from "./steps.ts";

export interface CloudDeployInput extends CloudInput, ProofInput {
  /** The gateway where empty. */
  readonly targets: readonly string[];
  /** Modal's workspace, where the CLI does not tell it. */
  readonly workspace: string | undefined;
  /** Where traces go, as typed: secret, beside or off. Where left out: secret if goat-langfuse exists, else off. */
  readonly langfuse: string | undefined;
  /** For a model: wait until it answers, which starts its GPU. */
  readonly wait: boolean;
}

export interface CloudDeployReport {
  readonly ok: true;
  readonly workspace: string;
  readonly environment: string;
  readonly apps: readonly DeployedApp[];
  readonly durationMs: number;
}

export interface DeployedApp {
  readonly name: string;
  readonly app: string;
  /** Without /v1. */
  readonly url: string;
  readonly gpu: string | null;
  /** Null for a model that was not waited for. */
  readonly proof: CloudProof | null;
}

/** Deploys one after the other, and proves what was deployed. */
export async function cloudDeploy(input: CloudDeployInput, app: App): Promise<CloudDeployReport> {
  const begin = app.clock.now();
  const cloud = openCloud(input, app);
  const words = input.targets.length === 0 ? [gatewayTarget.name] : input.targets;
  const targets = chooseTargets(words, cloud.targets, "deploy");
  const checked = await step(
    "checks",
    "asking Modal",
    () => check(cloud, targets, input),
    ({ text }) => text,
    app,
  );
  const apps: DeployedApp[] = [];
  for (const target of targets) apps.push(await deployOne(target, checked, cloud, input, app));
  const durationMs = Math.round(app.clock.now() - begin);
  return { ok: true, workspace: checked.workspace, environment: cloud.cli.environment, apps, durationMs };
}

interface Checked extends Account {
  readonly langfuse: Langfuse;
  readonly text: string;
}

/** All that must hold before anything is deployed. */
async function check({ cli }: Cloud, targets: readonly Target[], input: CloudDeployInput): Promise<Checked> {
  if (input.workspace !== undefined) checkWorkspace(input.workspace);
  const account = await accountOf(cli, input.workspace);
  const there = await secretNames(cli);
  const langfuse = langfuseOf(there, input.langfuse);
  const forLangfuse = { secret: ["goat-langfuse"], beside: ["goat-langfuse", "goat-postgres"], off: [] }[langfuse];
  const secrets = targets.flatMap((target) => [...target.secrets, ...(target === gatewayTarget ? forLangfuse : [])]);
  needSecrets(cli, [...new Set(secrets)], there);
  const tracing = targets.includes(gatewayTarget) ? ` · traces ${tracingWords[langfuse]}` : "";
  const text = `workspace ${account.workspace} · environment ${cli.environment} · secrets there${tracing}`;
  return { ...account, langfuse, text };
}

const tracingWords = { secret: "as goat-langfuse says", beside: "to a Langfuse beside it", off: "off" } as const;

type Langfuse = keyof typeof tracingWords;

function langfuseOf(there: readonly string[], wanted: string | undefined): Langfuse {
  if (wanted === undefined) return there.includes("goat-langfuse") ? "secret" : "off";
  if (wanted === "secret" || wanted === "beside" || wanted === "off") return wanted;
  throw new GoatError("usage", `--langfuse is ${JSON.stringify(wanted)}, and should be secret, beside or off`, {
    fixes: [{ command: "goat-dev modal deploy --help", effect: "says what each means" }],
  });
}

async function deployOne(
  target: Target,
  checked: Checked,
  cloud: Cloud,
  input: CloudDeployInput,
  app: App,
): Promise<DeployedApp> {
  const { name, gpu } = target;
  const begin = app.clock.now();
  const { url } = await step(
    name,
    "deploying",
    () => runScript(target, checked, cloud, app),
    ({ isUnchanged, url: at }) =>
      `${isUnchanged ? "unchanged" : "deployed"} in ${formatDuration(app.clock.now() - begin)} · ${at}`,
    app,
  );
  await keepAddresses(cloud, { [target.app]: url }, app);
  const place = { cloud, target, url, input, app };
  const proof = target === gatewayTarget ? await proveGateway(place) : input.wait ? await proveStart(place) : null;
  return { name, app: target.app, url, gpu, proof };
}

async function runScript(
  target: Target,
  checked: Checked,
  cloud: Cloud,
  { emit }: App,
): Promise<{ readonly url: string; readonly isUnchanged: boolean }> {
  const { address, isUnchanged } = await deployScript(cloud.cli, target, {
    script: cloud.script(target),
    variables: {
      GOAT_DEV_FOLDER: cloud.devFolder,
      GOAT_LANGFUSE: checked.langfuse,
      GOAT_MODAL_WORKSPACE: checked.workspace,
    },
    onLine: (line) => {
      emit({ type: "step-progress", step: target.name, text: cut(line, 100) });
      emit({ type: "detail", text: `${target.name}: ${line}` });
    },
  });
  return { url: (address ?? webAddress({ ...checked, ...target })).replace(/\/+$/, ""), isUnchanged };
}
