import { isIP } from "node:net";
import type { App } from "../app.ts";
import { defaultModel, openGateway, type ProjectGateway } from "./gateway.ts";

/** What points a program at a gateway, by name. */
export type ProgramVariables = Readonly<Record<string, string>>;

/** Which gateway is meant. */
export interface WhichGateway {
  /** The cloud's, not the project's own. */
  readonly modal: boolean;
  /** Of the cloud: Modal's environment and workspace, where they are not the usual ones. */
  readonly environment?: string | undefined;
  readonly workspace?: string | undefined;
}

export interface EnvInput extends WhichGateway {}

/** The variables that point a program at the gateway; to hand on the key is what they are for. */
export async function env(input: EnvInput, app: App): Promise<ProgramVariables> {
  const variables = input.modal ? await cloudVariables(input, app) : programVariables(await openGateway(app));
  app.revealWords([variables["OPENAI_API_KEY"] ?? ""]);
  return variables;
}

/** The cloud's gateway is not asked first: that would wake it up for a program that may need none. */
export async function cloudVariables({ environment, workspace }: WhichGateway, app: App): Promise<ProgramVariables> {
  const { cloudGateway } = await import("../cloud/gateway.ts");
  const gateway = await cloudGateway({ environment, workspace }, app);
  return variablesFor(gateway, gateway.model);
}

/** EVAL_MODEL only where a model can be used, LITELLM_API_KEY for programs that look there. */
function variablesFor(
  { url, key }: { readonly url: string; readonly key: string },
  model: string | null,
): ProgramVariables {
  return {
    OPENAI_BASE_URL: url,
    OPENAI_API_KEY: key,
    ...(model === null ? {} : { EVAL_MODEL: model }),
    LITELLM_API_KEY: key,
  };
}

export function programVariables(found: ProjectGateway): ProgramVariables {
  return variablesFor(found.gateway, defaultModel(found));
}

type Variables = Readonly<Record<string, string | undefined>>;

/** What keeps a program from asking a server of this machine through the proxy of its shell; nothing where there is none, or it knows already. */
export function pastProxy(url: string, env: Variables): Readonly<Record<string, string>> {
  const isProxied = Object.entries(env).some(([name, value]) => /^(?:http|all)_proxy$/i.test(name) && value);
  const host = new URL(url).hostname.replace(/^\[|\]$/g, "");
  const known = (env["no_proxy"] || env["NO_PROXY"] || "").split(",").map((entry) => entry.trim());
  if (!isProxied || isIP(host) === 0 || known.includes(host) || known.includes("*")) return {};
  const text = [...known.filter((entry) => entry !== ""), host].join(",");
  return { NO_PROXY: text, no_proxy: text };
}
