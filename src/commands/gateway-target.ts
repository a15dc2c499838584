import { refuseKey } from "../app/gateway-key.ts";
import type { Environment } from "../app/read-project.ts";
import { readRoutes } from "../app/routes.ts";
import { GoatError } from "../errors/goat-error.ts";
import { matches, pickChatModel } from "../gateway/routes.ts";
import { type GatewayEndpoint, gatewayOf } from "../stack/endpoints.ts";
import { type Patience, patienceFor } from "./models/patience.ts";
import { vllmModels } from "./models/vllm.ts";
import { type Context, type Input, openSession, type Session } from "./old-command.ts";

/** The gateway of a project, as its files say; whether anything answers there is another question. */
export interface ProjectGateway {
  readonly session: Session;
  readonly gateway: GatewayEndpoint;
}

/** Reads the project and finds its gateway; needs no engine. Throws usage where no service is one, gateway-key-invalid. */
export const openGateway = async (
  context: Context,
  input: Input,
  environment?: Environment,
): Promise<ProjectGateway> => {
  const session = await openSession(context, input, environment);
  const gateway = gatewayOf(session.stack);
  if (gateway !== null) {
    refuseKey(gateway.key, session.environment, context);
    return { session, gateway };
  }
  throw new GoatError("usage", "no service of the Compose file is the gateway (x-goat: role)", {
    fixes: [{ command: "goat-dev config", effect: "shows the services as they are understood" }],
  });
};

/** The model to ask where nobody names one: EVAL_MODEL, else the first chat model that has its key; null where none has. */
export const defaultModel = ({ session, gateway }: ProjectGateway): string | null => {
  const wanted = session.environment.variables["EVAL_MODEL"];
  return pickChatModel(readRoutes(session.stack), gateway.service.environment, wanted)?.model ?? null;
};

/** What the model is given for its answer. */
export const patienceOf = (
  model: string,
  { session }: ProjectGateway,
  wantedMs: number | null,
  context: Context,
): Patience => {
  const route = readRoutes(session.stack).find(({ name }) => matches(name, model));
  return patienceFor(model, route, () => vllmModels({ session }, context), wantedMs);
};

/** The same for the cloud's gateway. */
export const cloudVariables = async (context: Context, input: Input): Promise<Readonly<Record<string, string>>> => {
  const { cloudGateway } = await import("../app/cloud/gateway.ts");
  const gateway = await cloudGateway({ environment: input.text("env"), workspace: input.text("workspace") }, context);
  return variablesFor(gateway, gateway.model);
};

export const programVariables = (found: ProjectGateway): Readonly<Record<string, string>> =>
  variablesFor(found.gateway, defaultModel(found));

/** What a program needs: EVAL_MODEL only where a model can be used, LITELLM_API_KEY for those that look there. */
const variablesFor = (
  { url, key }: { readonly url: string; readonly key: string },
  model: string | null,
): Readonly<Record<string, string>> => ({
  OPENAI_BASE_URL: url,
  OPENAI_API_KEY: key,
  ...(model === null ? {} : { EVAL_MODEL: model }),
  LITELLM_API_KEY: key,
});
