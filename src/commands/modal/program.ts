import { refuseKey } from "../../app/gateway-key.ts";
import { GoatError } from "../../errors/goat-error.ts";
import { readGatewayConfig } from "../../gateway/config.ts";
import { pickChatModel } from "../../gateway/routes.ts";
import { gatewayTarget } from "../../modal/targets.ts";
import { shortPath } from "../../platform/short-path.ts";
import { variablesFor } from "../gateway-target.ts";
import type { Context, Input } from "../old-command.ts";
import { openCloud } from "./open.ts";
import { placeOf } from "./place.ts";

/** What points a program at the cloud's gateway. Throws modal-not-deployed, or what keeps Modal from answering. */
export const cloudVariables = async (context: Context, input: Input): Promise<Readonly<Record<string, string>>> => {
  const cloud = openCloud(context, input);
  const { variables, project } = cloud.environment;
  const key = variables["LITELLM_MASTER_KEY"] ?? "";
  if (key === "") {
    const envFile = shortPath(context, project.envFile);
    throw new GoatError("modal-secret-incomplete", `LITELLM_MASTER_KEY is not set in ${envFile}`, {
      fixes: [
        { command: `set LITELLM_MASTER_KEY in ${envFile}`, effect: "the key that the cloud's gateway was given" },
      ],
    });
  }
  refuseKey(key, cloud.environment, context);
  const url = await placeOf(cloud, gatewayTarget, input, context);
  const config = cloud.file("litellm-config-modal.yaml");
  const { routes } = readGatewayConfig(config.text, config.path);
  const choice = pickChatModel(routes, variables, variables["EVAL_MODEL"]);
  return variablesFor({ url: `${url}/v1`, key }, choice?.model ?? null);
};
