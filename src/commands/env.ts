import { GoatError } from "../errors/goat-error.ts";
import { pickChatModel } from "../gateway/routes.ts";
import { gatewayOf } from "../stack/endpoints.ts";
import type { Run } from "./command.ts";
import { readRoutes } from "./routes.ts";
import { openSession } from "./session.ts";

export const env: Run = async (input, context) => {
  const { stack, environment } = await openSession(context, input);
  const gateway = gatewayOf(stack);
  if (gateway === null) throw new GoatError("usage", "no service of the Compose file is the gateway (x-goat: role)");
  const choice = pickChatModel(readRoutes(stack), gateway.service.environment, environment.variables["EVAL_MODEL"]);
  const variables = {
    OPENAI_BASE_URL: gateway.url,
    OPENAI_API_KEY: gateway.key,
    ...(choice === null ? {} : { EVAL_MODEL: choice.model }),
  };
  // To print the key is what this command is for.
  context.revealWords([gateway.key]);
  const lines = Object.entries(variables).map(([name, value]) => `export ${name}=${quote(value)}`);
  context.emit({ type: "result", data: variables, text: lines.join("\n") });
  return undefined;
};

/** For a shell: safe whatever the value holds. */
const quote = (value: string): string =>
  /^[\w@%+=:,./-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`;
