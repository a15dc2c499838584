import { templateKeys } from "../model/template-keys.ts";
import { azureBaseMistake, keyMistake } from "./key-form.ts";

export interface Provider {
  readonly id: ProviderId;
  readonly name: string;
  /** All are needed. */
  readonly variables: readonly string[];
  /** The page where users get a key. */
  readonly url: string;
}

type ProviderId = "azure" | "groq" | "openai" | "anthropic";

export const providers: readonly Provider[] = [
  {
    id: "azure",
    name: "Azure OpenAI",
    variables: ["AZURE_API_KEY", "AZURE_API_BASE"],
    url: "https://portal.azure.com",
  },
  { id: "groq", name: "Groq", variables: ["GROQ_API_KEY"], url: "https://console.groq.com/keys" },
  { id: "openai", name: "OpenAI", variables: ["OPENAI_API_KEY"], url: "https://platform.openai.com/api-keys" },
  {
    id: "anthropic",
    name: "Anthropic",
    variables: ["ANTHROPIC_API_KEY"],
    url: "https://console.anthropic.com/settings/keys",
  },
];

export interface Keys {
  readonly usable: readonly Provider[];
  /** Variables whose values cannot be right; their providers are not usable. */
  readonly mistaken: readonly KeyMistake[];
  /** Providers of which only some variables are set, such as Azure's key without its base. */
  readonly halfSet: readonly { readonly provider: Provider; readonly missing: readonly string[] }[];
  /** What a user should know about a key that was not taken. */
  readonly notes: readonly string[];
}

/** A variable whose value cannot be right. */
export interface KeyMistake {
  readonly provider: Provider;
  readonly variable: string;
  /** Reads on from the variable: "holds a placeholder". */
  readonly why: string;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** True where OPENAI_API_KEY is the gateway's own key, as in a shell that ran `eval "$(goat-dev env)"`. */
export function isGatewayKeyAsOpenAi(env: Variables): boolean {
  return env["OPENAI_API_KEY"]?.trim() === gatewayKey(env);
}

function gatewayKey(env: Variables): string {
  return env["LITELLM_MASTER_KEY"]?.trim() || templateKeys.LITELLM_MASTER_KEY;
}

/** The variables with the gateway's key taken out of OPENAI_API_KEY: it must not reach LiteLLM as OpenAI's. */
export function withoutGatewayKey<T extends Variables>(env: T): T {
  if (!isGatewayKeyAsOpenAi(env)) return env;
  const { OPENAI_API_KEY: _taken, ...rest } = env;
  return rest as T;
}

/** Which providers have their keys, from the variables as Compose would see them (the shell before .env). */
export function readKeys(variables: Variables): Keys {
  const env = withoutGatewayKey(variables);
  const missingOf = (provider: Provider): readonly string[] =>
    provider.variables.filter((name) => (env[name]?.trim() ?? "") === "");
  const mistaken = providers.flatMap((provider) => mistakesOf(provider, env));
  const isMistaken = (provider: Provider): boolean => mistaken.some((found) => found.provider === provider);
  const halfSet = providers
    .map((provider) => ({ provider, missing: missingOf(provider) }))
    .filter(({ provider, missing }) => missing.length > 0 && missing.length < provider.variables.length);
  const note =
    "OPENAI_API_KEY holds the gateway's own key, so it is not used as OpenAI's; your OpenAI key belongs in .env (and `unset OPENAI_API_KEY` in this shell)";
  return {
    usable: providers.filter((provider) => missingOf(provider).length === 0 && !isMistaken(provider)),
    mistaken,
    halfSet,
    notes: env === variables ? [] : [note],
  };
}

function mistakesOf(provider: Provider, env: Variables): readonly KeyMistake[] {
  return provider.variables.flatMap((variable) => {
    const value = env[variable]?.trim() ?? "";
    if (value === "") return [];
    if (variable.endsWith("_BASE")) {
      const why = azureBaseMistake(value);
      return why === null ? [] : [{ provider, variable, why }];
    }
    const what = keyMistake(value, provider.name);
    return what === null ? [] : [{ provider, variable, why: `holds ${what}` }];
  });
}
