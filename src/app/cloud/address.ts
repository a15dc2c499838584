import { GoatError } from "../../errors/goat-error.ts";
import { accountOf, apps, isDeployed } from "../../modal/account.ts";
import { webAddress } from "../../modal/address.ts";
import { cached, updateCache } from "../../modal/cache.ts";
import { envOption } from "../../modal/failures.ts";
import { chooseTargets, gatewayTarget, type Target } from "../../modal/targets.ts";
import type { App } from "../app.ts";
import { type Cloud, type CloudInput, openCloud } from "./cloud.ts";

export interface CloudUrlInput extends CloudInput {
  /** The gateway or one model; the gateway where empty. */
  readonly targets: readonly string[];
  /** Modal's workspace, where the CLI does not tell it. */
  readonly workspace: string | undefined;
}

export interface CloudUrlReport {
  readonly name: string;
  readonly app: string;
  readonly environment: string;
  /** With /v1. */
  readonly url: string;
}

/** Where the gateway or a model answers. Throws modal-not-deployed, modal-target-unknown. */
export async function cloudUrl(input: CloudUrlInput, app: App): Promise<CloudUrlReport> {
  const cloud = openCloud(input, app);
  const [word = gatewayTarget.name, ...others] = input.targets;
  const [target] = chooseTargets([word], cloud.targets, "url");
  if (target === undefined || others.length > 0) throw new GoatError("usage", "url prints one address at a time");
  const url = `${await addressOf(cloud, target, input.workspace, app)}/v1`;
  return { name: target.name, app: target.app, environment: cloud.cli.environment, url };
}

/** A deployed target's address without /v1: from the cache, else by asking Modal. Throws modal-not-deployed. */
export async function addressOf(
  cloud: Cloud,
  target: Target,
  workspace: string | undefined,
  app: App,
): Promise<string> {
  const known = cached(cloud.cache, cloud.cli.environment).urls[target.app];
  if (known !== undefined && workspace === undefined) return known;
  const found = (await apps(cloud.cli)).get(target.app);
  if (found === undefined || !isDeployed(found)) throw notDeployed(target, cloud.cli.environment);
  const url = webAddress({ ...(await accountOf(cloud.cli, workspace)), ...target });
  await keepAddresses(cloud, { [target.app]: url }, app);
  return url;
}

function notDeployed({ app, name }: Target, environment: string): GoatError {
  return new GoatError("modal-not-deployed", `${app} is not deployed in Modal's environment ${environment}`, {
    fixes: [
      {
        command: `goat-dev modal deploy ${name}${envOption(environment)}`,
        effect: "deploys it, and proves that it works",
      },
    ],
  });
}

/** Keeps addresses, by app, for later runs; undefined removes one. */
export async function keepAddresses(
  { state, cli }: Cloud,
  urls: Readonly<Record<string, string | undefined>>,
  { emit }: App,
): Promise<void> {
  const warning = await updateCache(state, cli.environment, { urls });
  if (warning !== null) emit({ type: "notice", level: "warning", text: warning });
}
