import { GoatError } from "../../errors/goat-error.ts";
import { pickChatModel } from "../../gateway/routes.ts";
import { type GatewayEndpoint, gatewayOf } from "../../stack/plan/endpoints.ts";
import type { App } from "../app.ts";
import { refuseKey } from "../gateway-key.ts";
import { openProject, type ProjectSession } from "../project.ts";
import type { Environment } from "../read-environment.ts";
import { readRoutes } from "../routes.ts";

/** The gateway of a project, as the project's files describe it; whether it runs has not been checked. */
export interface ProjectGateway {
  readonly session: ProjectSession;
  readonly gateway: GatewayEndpoint;
}

/** Reads the project and finds its gateway; needs no engine. Throws usage where it has none, gateway-key-invalid. */
export async function openGateway(app: App, environment?: Environment): Promise<ProjectGateway> {
  const session = await openProject(app, { environment });
  const gateway = gatewayOf(session.stack);
  if (gateway === null) {
    throw new GoatError("usage", "no service of the Compose file is the gateway (x-goat: role)", {
      fixes: [{ command: "goat-dev config", effect: "shows the services as they are understood" }],
    });
  }
  refuseKey(gateway.key, session.environment, app);
  return { session, gateway };
}

/** The model to ask where nobody names one: EVAL_MODEL, else the first chat model that has its key; null where none has. */
export function defaultModel({ session, gateway }: ProjectGateway): string | null {
  const wanted = session.environment.variables["EVAL_MODEL"];
  return pickChatModel(readRoutes(session.stack), gateway.service.environment, wanted)?.model ?? null;
}

/** Where no chat model has its key. */
export function noUsableModel(): GoatError {
  return new GoatError("no-provider-key", "no chat model of the LiteLLM config has its key", {
    fixes: [{ command: "goat-dev up", effect: "on a terminal asks for a key and saves it" }],
  });
}
