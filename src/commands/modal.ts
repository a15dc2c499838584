import type { CloudUrlReport } from "../app/cloud/address.ts";
import type { CloudDeployReport, DeployedApp } from "../app/cloud/deploy.ts";
import type { CloudLogsReport } from "../app/cloud/logs.ts";
import type { CloudSecretsReport } from "../app/cloud/secrets.ts";
import type { CloudAppStatus, CloudStatusReport } from "../app/cloud/status.ts";
import type { CloudStopReport } from "../app/cloud/stop.ts";
import type { ChecksReport } from "../doctor/check.ts";
import { exitCodeOf } from "../errors/catalog.ts";
import { formatDuration } from "../platform/format.ts";
import { renderTable } from "../platform/table.ts";
import { list, plural } from "../platform/text.ts";
import { checksExitCode, checksText } from "./checks-text.ts";
import { type AnyCommand, command, exitWhenInterrupted, type OptionSpec } from "./command.ts";

const env: OptionSpec = { flags: "--env <name>", description: "the Modal environment; goat where left out" };

const workspace: OptionSpec = {
  flags: "--workspace <name>",
  description: "the Modal workspace, where the CLI does not tell",
};

const yes: OptionSpec = { flags: "-y, --yes", description: "do not ask" };

const doctor = command<ChecksReport>({
  name: "doctor",
  summary: "whether CLI, token, environment and secrets are there; and what to type where not",
  options: [env],
  examples: [["goat-dev modal doctor --json", "for programs"]],
  call: async (typed, app) =>
    (await import("../app/cloud/doctor.ts")).cloudDoctor({ environment: typed.text("env") }, app),
  text: checksText,
  exitCode: checksExitCode,
});

const secretsSync = command<CloudSecretsReport>({
  name: "sync",
  summary: "write the keys of .env to Modal's secrets, by no argument and no file that stays; says which, and asks",
  arguments: "[secret...]",
  options: [env, yes, { flags: "--all", description: "also what has not changed since it was written" }],
  examples: [
    ["goat-dev modal secrets sync", "all that dev/modal-secrets.json lists"],
    ["goat-dev modal secrets sync goat-llm-providers --yes", "one, in a script"],
  ],
  call: async (typed, app) => {
    const { syncSecrets } = await import("../app/cloud/secrets.ts");
    const [all, yes] = [typed.flag("all"), typed.flag("yes")];
    return syncSecrets({ environment: typed.text("env"), secrets: typed.args, all, yes }, app);
  },
  text: ({ secrets, environment }) => {
    const written = secrets.filter(({ outcome }) => outcome === "created" || outcome === "replaced").length;
    if (written === 0) return "Nothing to write: all is as it was written last (--all writes it again).";
    const again = `goat-dev modal deploy${envOption(environment)}`;
    return `Wrote ${plural(written, "secret")}. What runs already takes them over with: ${again}`;
  },
});

const deploy = command<CloudDeployReport>({
  name: "deploy",
  summary: "deploy the gateway or a model, wait for its cold start, and prove it with one call",
  arguments: "[target...]",
  options: [
    env,
    { flags: "--wait", description: "for a model: wait until it answers, which starts its GPU" },
    { flags: "--timeout <duration>", description: "limit for a cold start, such as 10m" },
    { flags: "--no-example", description: "no call through the gateway" },
    {
      flags: "--langfuse <where>",
      description:
        "where traces go: secret (to the Langfuse that the secret goat-langfuse names), beside (to one beside it) or off",
    },
    workspace,
  ],
  examples: [
    ["goat-dev modal deploy", "the gateway: services"],
    ["goat-dev modal deploy qwen3-4b", "a model of dev/vllm-models.json"],
  ],
  call: async (typed, app) =>
    (await import("../app/cloud/deploy.ts")).cloudDeploy(
      {
        environment: typed.text("env"),
        targets: typed.args,
        workspace: typed.text("workspace"),
        langfuse: typed.text("langfuse"),
        timeout: typed.text("timeout"),
        wait: typed.flag("wait"),
        example: !typed.flag("noExample"),
      },
      app,
    ),
  text: ({ apps, durationMs }) =>
    [`Deployed in ${formatDuration(durationMs)}`, "", ...apps.flatMap(appLines)].join("\n"),
});

const status = command<CloudStatusReport>({
  name: "status",
  summary:
    "what is deployed, and whether a container runs, which is what costs (exit 5 unless the gateway is deployed)",
  options: [env],
  examples: [["goat-dev modal status --json", "for programs"]],
  call: async (typed, app) =>
    (await import("../app/cloud/status.ts")).cloudStatus({ environment: typed.text("env") }, app),
  text: ({ apps, environment }) => `${appsTable(apps, environment)}\n\n${costText(apps)}`,
  exitCode: ({ apps }) => (apps.some(isGatewayUp) ? 0 : exitCodeOf("modal-not-deployed")),
});

const logs = command<CloudLogsReport>({
  name: "logs",
  summary: "what the gateway or a model said",
  arguments: "[target]",
  options: [
    env,
    { flags: "-f, --follow", description: "go on as lines come" },
    { flags: "-n, --tail <lines>", description: "only the last lines; 100 where left out" },
    { flags: "--since <when>", description: "only newer lines: 10m, 2h, or a time" },
  ],
  examples: [["goat-dev modal logs qwen3-4b --tail 50", "a model's last lines"]],
  call: async (typed, app) =>
    (await import("../app/cloud/logs.ts")).cloudLogs(
      {
        environment: typed.text("env"),
        targets: typed.args,
        follow: typed.flag("follow"),
        tail: typed.text("tail"),
        since: typed.text("since"),
      },
      app,
    ),
  exitCode: exitWhenInterrupted,
});

const stop = command<CloudStopReport>({
  name: "stop",
  summary: "stop what is deployed; secrets and weights stay",
  arguments: "[target...]",
  options: [env, yes],
  examples: [["goat-dev modal stop qwen3-4b", "one model"]],
  call: async (typed, app) => {
    const { cloudStop } = await import("../app/cloud/stop.ts");
    return cloudStop({ environment: typed.text("env"), targets: typed.args, yes: typed.flag("yes") }, app);
  },
  text: ({ stopped }) =>
    stopped.length === 0 ? "Nothing of that is deployed." : `Stopped ${list(stopped)}. Secrets and weights stay.`,
});

const url = command<CloudUrlReport>({
  name: "url",
  summary: "where the gateway or a model answers",
  arguments: "[target]",
  options: [env, workspace],
  examples: [["goat-dev modal url", "the gateway's, as OPENAI_BASE_URL"]],
  call: async (typed, app) => {
    const { cloudUrl } = await import("../app/cloud/address.ts");
    const [environment, workspace] = [typed.text("env"), typed.text("workspace")];
    return cloudUrl({ environment, workspace, targets: typed.args }, app);
  },
  text: (report) => report.url,
});

/** The gateway and GPU models in the cloud, through Modal's own CLI. */
export const modal: AnyCommand = {
  name: "modal",
  summary: "the same gateway in the cloud, and models on GPUs: deploy, prove, look at, stop",
  options: [],
  examples: [],
  subcommands: [
    doctor,
    {
      name: "secrets",
      summary: "the keys of .env as Modal's secrets",
      options: [],
      examples: [],
      subcommands: [secretsSync],
    },
    deploy,
    status,
    logs,
    stop,
    url,
  ],
};

/** The option that has to be typed where the environment is not the default, goat. */
function envOption(environment: string): string {
  return environment === "goat" ? "" : ` --env ${environment}`;
}

function appLines({ name, url, gpu, proof }: DeployedApp): readonly string[] {
  if (name === "services") {
    return [`  Gateway   ${url}/v1`, '  Programs  goat-dev run --modal -- …   or   eval "$(goat-dev env --modal)"'];
  }
  const cost = proof === null ? `; its first request starts ${gpu ?? "it"}` : "";
  return [`  ${name}   ${url}/v1${cost}`];
}

function appsTable(apps: readonly CloudAppStatus[], environment: string): string {
  const rows = apps.map(({ name, state, containers, createdAt, gpu, url }) => [
    name,
    state,
    containers === null ? "-" : String(containers),
    gpu ?? "-",
    createdAt ?? "-",
    url ?? `goat-dev modal deploy ${name}${envOption(environment)}`,
  ]);
  return renderTable(["NAME", "STATE", "CONTAINERS", "GPU", "SINCE", "ADDRESS"], rows);
}

function costText(apps: readonly CloudAppStatus[]): string {
  const running = apps.filter(({ containers }) => (containers ?? 0) > 0).map(({ name }) => name);
  return running.length === 0 ? "No container runs: it costs nothing now." : `Costs money now: ${running.join(", ")}.`;
}

function isGatewayUp({ name, state }: CloudAppStatus): boolean {
  return name === "services" && state === "deployed";
}
