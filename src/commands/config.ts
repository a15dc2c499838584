import { renderYaml, resolvedConfig } from "../compose/resolved-config.ts";
import { looksSecret, maskLogin } from "../platform/text.ts";
import type { Run } from "./command.ts";
import { openSession } from "./session.ts";

export const config: Run = async (input, context) => {
  const { stack, environment } = await openSession(context, input);
  const showSecrets = input.flag("showSecrets");
  if (showSecrets) context.revealWords(environment.secrets.map(({ value }) => value));
  const config = resolvedConfig(stack, { mask: showSecrets ? (value) => value : maskValue });
  context.emit({ type: "result", data: config, text: renderYaml(config) });
  return undefined;
};

/** By name, whatever the length, and the password in a URL. */
const maskValue = (value: string, name: string | undefined): string =>
  name !== undefined && value !== "" && looksSecret(name) ? "***" : maskLogin(value);
