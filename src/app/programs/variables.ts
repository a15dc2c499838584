import type { App } from "../app.ts";
import { defaultModel, openGateway, type ProjectGateway } from "./gateway.ts";
import { anthropicVariables, type ProgramVariables, variablesFor } from "./point-at.ts";

/** Which gateway is meant. */
export interface WhichGateway {
  /** The cloud's, not the project's own. */
  readonly modal: boolean;
  /** Of the cloud: Modal's environment and workspace, where they are not the usual ones. */
  readonly environment?: string | undefined;
  readonly workspace?: string | undefined;
}

export interface EnvInput extends WhichGateway {
  /** With the variables of Anthropic's clients, too. */
  readonly anthropic: boolean;
}

/** The variables that point a program at the gateway. They show the key: handing it on is what they are for. */
export async function env(input: EnvInput, app: App): Promise<ProgramVariables> {
  const variables = input.modal ? await cloudVariables(input, app) : programVariables(await openGateway(app));
  app.revealWords([variables["OPENAI_API_KEY"] ?? ""]);
  return input.anthropic ? { ...variables, ...anthropicVariables(variables) } : variables;
}

/** The cloud's gateway is not asked first: that would wake it up for a program that may need none. */
export async function cloudVariables({ environment, workspace }: WhichGateway, app: App): Promise<ProgramVariables> {
  const { cloudGateway } = await import("../cloud/gateway.ts");
  const gateway = await cloudGateway({ environment, workspace }, app);
  return variablesFor(gateway, gateway.model);
}

export function programVariables(found: ProjectGateway): ProgramVariables {
  return variablesFor(found.gateway, defaultModel(found));
}
