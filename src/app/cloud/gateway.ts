import { GoatError } from "../../errors/goat-error.ts";
import { readGatewayConfig } from "../../gateway/config.ts";
import { pickChatModel } from "../../gateway/routes.ts";
import { gatewayTarget } from "../../modal/targets.ts";
import { shortPath } from "../../platform/format.ts";
import type { App } from "../app.ts";
import { refuseKey } from "../gateway-key.ts";
import { addressOf } from "./address.ts";
import { type CloudInput, openCloud } from "./cloud.ts";

/** What a program needs to use the cloud's gateway. */
export interface CloudGateway {
  /** With /v1. */
  readonly url: string;
  readonly key: string;
  /** The model to ask where nobody names one; null where no chat model has its key. */
  readonly model: string | null;
}

/**
 * The cloud's gateway as a program would use it. Throws modal-secret-incomplete where .env has no key for it,
 * gateway-key-invalid, modal-not-deployed, or why Modal cannot be asked.
 */
export async function cloudGateway(
  input: CloudInput & { readonly workspace: string | undefined },
  app: App,
): Promise<CloudGateway> {
  const cloud = openCloud(input, app);
  const { variables, project } = cloud.environment;
  const key = variables["LITELLM_MASTER_KEY"] ?? "";
  if (key === "") {
    const envFile = shortPath(app, project.envFile);
    throw new GoatError("modal-secret-incomplete", `LITELLM_MASTER_KEY is not set in ${envFile}`, {
      fixes: [
        { command: `set LITELLM_MASTER_KEY in ${envFile}`, effect: "the key that the cloud's gateway was given" },
      ],
    });
  }
  refuseKey(key, cloud.environment, app);
  const url = await addressOf(cloud, gatewayTarget, input.workspace, app);
  const config = cloud.file("litellm-config-modal.yaml");
  const { routes } = readGatewayConfig(config.text, config.path);
  const choice = pickChatModel(routes, variables, variables["EVAL_MODEL"]);
  return { url: `${url}/v1`, key, model: choice?.model ?? null };
}
