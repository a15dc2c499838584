import { GoatError } from "../../errors/goat-error.ts";
import { accountOf, apps, isDeployed } from "../../modal/account.ts";
import { webAddress } from "../../modal/address.ts";
import { envOption } from "../../modal/failures.ts";
import { recall, remember } from "../../modal/memory.ts";
import type { Target } from "../../modal/targets.ts";
import type { Context, Input } from "../old-command.ts";
import type { Cloud } from "./open.ts";

/** Where a deployed target answers, without /v1: as it was seen here, else by asking Modal. Throws modal-not-deployed. */
export const placeOf = async (cloud: Cloud, target: Target, input: Input, context: Context): Promise<string> => {
  const workspace = input.text("workspace");
  const known = recall(cloud.memory, cloud.cli.environment).urls[target.app];
  if (known !== undefined && workspace === undefined) return known;
  const app = (await apps(cloud.cli)).get(target.app);
  if (app === undefined || !isDeployed(app)) throw notDeployed(target, cloud.cli.environment);
  const url = webAddress({ ...(await accountOf(cloud.cli, workspace)), ...target });
  await keepPlace(cloud, target, url, context);
  return url;
};

/** Undefined forgets it. */
export const keepPlace = async (
  cloud: Cloud,
  target: Target,
  url: string | undefined,
  context: Context,
): Promise<void> => {
  const { state, cli } = cloud;
  const warning = await remember(state, cli.environment, { urls: { [target.app]: url } });
  if (warning !== null) context.emit({ type: "notice", level: "warning", text: warning });
};

const notDeployed = ({ app, name }: Target, environment: string): GoatError =>
  new GoatError("modal-not-deployed", `${app} is not deployed in Modal's environment ${environment}`, {
    fixes: [
      {
        command: `goat-dev modal deploy ${name}${envOption(environment)}`,
        effect: "deploys it, and proves that it works",
      },
    ],
  });
