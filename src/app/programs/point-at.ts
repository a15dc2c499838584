import { isIP } from "node:net";

/** The environment variables that point a program at a gateway, by name. */
export type ProgramVariables = Readonly<Record<string, string>>;

/** EVAL_MODEL is set only where a model can be used, LITELLM_API_KEY for programs that look for the key there. */
export function variablesFor(
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

/** What Anthropic's clients read: the address without /v1, which they add themselves. */
export function anthropicVariables(variables: ProgramVariables): ProgramVariables {
  const base = (variables["OPENAI_BASE_URL"] ?? "").replace(/\/v1$/, "");
  return { ANTHROPIC_BASE_URL: base, ANTHROPIC_AUTH_TOKEN: variables["OPENAI_API_KEY"] ?? "" };
}

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * NO_PROXY for a program, so that it does not ask a server at an IP address through its shell's proxy; empty where no
 * proxy is set, the address is no IP address, or NO_PROXY covers it already.
 */
export function pastProxy(url: string, env: Variables): Readonly<Record<string, string>> {
  const isProxied = Object.entries(env).some(([name, value]) => /^(?:http|all)_proxy$/i.test(name) && value);
  const host = new URL(url).hostname.replace(/^\[|\]$/g, "");
  const known = (env["no_proxy"] || env["NO_PROXY"] || "").split(",").map((entry) => entry.trim());
  if (!isProxied || isIP(host) === 0 || known.includes(host) || known.includes("*")) return {};
  const text = [...known.filter((entry) => entry !== ""), host].join(",");
  return { NO_PROXY: text, no_proxy: text };
}
