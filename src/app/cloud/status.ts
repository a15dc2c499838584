import { type Account, accountOf, apps, isDeployed } from "../../modal/account.ts";
import { webAddress } from "../../modal/address.ts";
import { cached } from "../../modal/cache.ts";
import type { ModalApp } from "../../modal/cli-output.ts";
import type { Target } from "../../modal/targets.ts";
import type { App } from "../app.ts";
import { keepAddresses } from "./address.ts";
import { type Cloud, type CloudInput, openCloud } from "./cloud.ts";

export interface CloudStatusReport {
  readonly environment: string;
  readonly apps: readonly CloudAppStatus[];
}

export interface CloudAppStatus {
  readonly name: string;
  readonly app: string;
  /** As Modal says it; `absent` where it was never deployed. */
  readonly state: string;
  readonly containers: number | null;
  readonly createdAt: string | null;
  readonly gpu: string | null;
  /** With /v1; null unless it is deployed. */
  readonly url: string | null;
}

/** Starts no container: Modal is asked, not the servers. */
export async function cloudStatus(input: CloudInput, app: App): Promise<CloudStatusReport> {
  const cloud = openCloud(input, app);
  const found = await apps(cloud.cli);
  const account = once(() => accountOf(cloud.cli));
  const all: CloudAppStatus[] = [];
  for (const target of cloud.targets) all.push(await statusOf(target, found.get(target.app), cloud, account));
  await forgetGone(all, cloud, app);
  return { environment: cloud.cli.environment, apps: all };
}

/** Asks only when it is first called, which is for an app whose address is not in the cache, and only once. */
function once(ask: () => Promise<Account>): () => Promise<Account> {
  let asked: Promise<Account> | undefined;
  return () => {
    asked ??= ask();
    return asked;
  };
}

async function statusOf(
  target: Target,
  found: ModalApp | undefined,
  cloud: Cloud,
  account: () => Promise<Account>,
): Promise<CloudAppStatus> {
  const isUp = found !== undefined && isDeployed(found);
  const known = cached(cloud.cache, cloud.cli.environment).urls[target.app];
  const url = isUp ? (known ?? webAddress({ ...(await account()), ...target })) : null;
  return {
    name: target.name,
    app: target.app,
    state: found?.state ?? "absent",
    containers: isUp ? found.containers : null,
    createdAt: isUp ? found.createdAt : null,
    gpu: target.gpu,
    url: url === null ? null : `${url}/v1`,
  };
}

/** Forgets the addresses of apps that are no longer deployed, such as those that somebody else stopped. */
async function forgetGone(all: readonly CloudAppStatus[], cloud: Cloud, app: App): Promise<void> {
  const { urls } = cached(cloud.cache, cloud.cli.environment);
  const gone = all.filter((one) => one.url === null && urls[one.app] !== undefined);
  if (gone.length === 0) return;
  await keepAddresses(cloud, Object.fromEntries(gone.map((one) => [one.app, undefined])), app);
}
