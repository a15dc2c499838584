import { GoatError } from "../../errors/goat-error.ts";
import { type Account, accountOf, needSecrets, secretNames } from "../../modal/account.ts";
import { checkWorkspace, webAddress } from "../../modal/address.ts";
import { deploy as deployScript } from "../../modal/deploy.ts";
import { chooseTargets, gatewayTarget, type Target } from "../../modal/targets.ts";
import { formatDuration } from "../../platform/format.ts";
import { cut } from "../../platform/text.ts";
import type { Context, Input, Run } from "../old-command.ts";
import { type Cloud, openCloud } from "./open.ts";
import { keepPlace } from "./place.ts";
import { type CloudProof, proveGateway, proveStart } from "./prove.ts";
import { type Steps, stepsOf } from "./steps.ts";

export const deploy: Run = async (input, context) => {
  const begin = context.clock.now();
  const cloud = openCloud(context, input);
  const words = input.args.length === 0 ? [gatewayTarget.name] : input.args;
  const targets = chooseTargets(words, cloud.targets, "deploy");
  const steps = stepsOf(context);
  const account = await steps.run(
    "checks",
    "asking Modal",
    () => check(cloud, targets, input),
    ({ text }) => text,
  );
  const deployed: Deployed[] = [];
  for (const target of targets) deployed.push(await deployOne(target, account, cloud, steps, { context, input }));
  const durationMs = Math.round(context.clock.now() - begin);
  context.emit({
    type: "result",
    data: { ok: true, workspace: account.workspace, environment: cloud.cli.environment, apps: deployed, durationMs },
    text: summary(deployed, durationMs),
  });
  return undefined;
};

interface Checked extends Account {
  /** GOAT_LANGFUSE for the gateway's script. */
  readonly langfuse: string;
  readonly text: string;
}

/** All that must hold before anything is deployed. */
const check = async ({ cli }: Cloud, targets: readonly Target[], input: Input): Promise<Checked> => {
  const wanted = input.text("workspace");
  if (wanted !== undefined) checkWorkspace(wanted);
  const account = await accountOf(cli, wanted);
  const there = await secretNames(cli);
  const langfuse = langfuseOf(there, input);
  const forLangfuse = { secret: ["goat-langfuse"], beside: ["goat-langfuse", "goat-postgres"], off: [] }[langfuse];
  const secrets = targets.flatMap((target) => [...target.secrets, ...(target === gatewayTarget ? forLangfuse : [])]);
  needSecrets(cli, [...new Set(secrets)], there);
  const tracing = targets.includes(gatewayTarget) ? ` · traces ${tracingWords[langfuse]}` : "";
  const text = `workspace ${account.workspace} · environment ${cli.environment} · secrets there${tracing}`;
  return { ...account, langfuse, text };
};

const tracingWords = { secret: "as goat-langfuse says", beside: "to a Langfuse beside it", off: "off" } as const;

type Langfuse = keyof typeof tracingWords;

/** --langfuse; else traces go where the secret says, if there is one. */
const langfuseOf = (there: readonly string[], input: Input): Langfuse => {
  const wanted = input.text("langfuse");
  if (wanted === undefined) return there.includes("goat-langfuse") ? "secret" : "off";
  if (wanted === "secret" || wanted === "beside" || wanted === "off") return wanted;
  throw new GoatError("usage", `--langfuse is ${JSON.stringify(wanted)}, and should be secret, beside or off`, {
    fixes: [{ command: "goat-dev modal deploy --help", effect: "says what each means" }],
  });
};

interface Deployed {
  readonly name: string;
  readonly app: string;
  readonly url: string;
  readonly gpu: string | null;
  /** Null where no question was asked. */
  readonly proof: CloudProof | null;
}

const deployOne = async (
  target: Target,
  account: Checked,
  cloud: Cloud,
  steps: Steps,
  { context, input }: { readonly context: Context; readonly input: Input },
): Promise<Deployed> => {
  const { name, app, webFunction, gpu } = target;
  const variables = {
    GOAT_DEV_FOLDER: cloud.devFolder,
    GOAT_LANGFUSE: account.langfuse,
    GOAT_MODAL_WORKSPACE: account.workspace,
  };
  const script = cloud.script(target);
  const begin = context.clock.now();
  const { url } = await steps.run(
    name,
    "deploying",
    async () => {
      const onLine = (line: string): void => {
        context.emit({ type: "step-progress", step: name, text: cut(line, 100) });
        context.emit({ type: "detail", text: `${name}: ${line}` });
      };
      const { address, isUnchanged } = await deployScript(cloud.cli, target, { script, variables, onLine });
      return { url: (address ?? webAddress({ ...account, app, webFunction })).replace(/\/+$/, ""), isUnchanged };
    },
    ({ isUnchanged, url: at }) =>
      `${isUnchanged ? "unchanged" : "deployed"} in ${formatDuration(context.clock.now() - begin)} · ${at}`,
  );
  await keepPlace(cloud, target, url, context);
  const place = { cloud, target, url, steps, context, input };
  const proof =
    target === gatewayTarget ? await proveGateway(place) : input.flag("wait") ? await proveStart(place) : null;
  return { name, app, url, gpu, proof };
};

const summary = (deployed: readonly Deployed[], durationMs: number): string => {
  const lines = deployed.flatMap(({ name, url, gpu, proof }) => {
    if (name === gatewayTarget.name)
      return [`  Gateway   ${url}/v1`, '  Programs  goat-dev run --modal -- …   or   eval "$(goat-dev env --modal)"'];
    const cost = proof === null ? `; its first request starts ${gpu ?? "it"}` : "";
    return [`  ${name}   ${url}/v1${cost}`];
  });
  return [`Deployed in ${formatDuration(durationMs)}`, "", ...lines].join("\n");
};
