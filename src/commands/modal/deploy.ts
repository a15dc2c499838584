import type { CloudDeployReport, DeployedApp } from "../../app/cloud/deploy.ts";
import { formatDuration } from "../../platform/format.ts";
import { command } from "../command.ts";
import { env, workspace } from "./options.ts";

export const modalDeploy = command<CloudDeployReport>({
  name: "deploy",
  summary: "deploy the gateway or a model, wait for its cold start, and prove it with one call",
  arguments: "[target...]",
  options: [
    env,
    { flags: "--wait", description: "for a model: wait until it answers, which starts its GPU" },
    { flags: "--timeout <duration>", description: "limit for a cold start, such as 10m" },
    { flags: "--no-example", description: "no call through the gateway" },
    { flags: "--langfuse <where>", description: "traces: secret (as goat-langfuse says), beside it, or off" },
    workspace,
  ],
  examples: [
    ["goat-dev modal deploy", "the gateway: services"],
    ["goat-dev modal deploy qwen3-4b", "a model of dev/vllm-models.json"],
  ],
  call: async (typed, app) =>
    (await import("../../app/cloud/deploy.ts")).cloudDeploy(
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

function appLines({ name, url, gpu, proof }: DeployedApp): readonly string[] {
  if (name === "services") {
    return [`  Gateway   ${url}/v1`, '  Programs  goat-dev run --modal -- …   or   eval "$(goat-dev env --modal)"'];
  }
  const cost = proof === null ? `; its first request starts ${gpu ?? "it"}` : "";
  return [`  ${name}   ${url}/v1${cost}`];
}
