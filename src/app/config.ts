import { type ResolvedConfig, resolvedConfig } from "../compose/resolved-config.ts";
import { looksSecret, maskLogin } from "../platform/text.ts";
import type { App } from "./app.ts";
import { openProject, tellStack } from "./project.ts";

export interface ConfigInput {
  readonly showSecrets: boolean;
}

export type ConfigReport = ResolvedConfig;

/** The stack as it is understood, in the shape of `docker compose config --format json`. */
export async function config({ showSecrets }: ConfigInput, app: App): Promise<ConfigReport> {
  const project = await openProject(app);
  tellStack(project, app);
  const { stack, environment } = project;
  if (showSecrets) app.revealWords(environment.secrets.map(({ value }) => value));
  return resolvedConfig(stack, { mask: showSecrets ? (value) => value : maskValue });
}

/** Masks a value whose variable has a secret's name, however short it is, and the password in a URL. */
function maskValue(value: string, name: string | undefined): string {
  return name !== undefined && value !== "" && looksSecret(name) ? "***" : maskLogin(value);
}
