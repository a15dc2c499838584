import { openEnvironment } from "../app/project.ts";
import { readRoutes } from "../app/routes.ts";
import { type GatewayConfig, gatewayConfig } from "../client/client.ts";
import { GoatError } from "../errors/goat-error.ts";
import { type Provider, usableRoutes } from "../gateway/routes.ts";
import { unsendable } from "../litellm/key.ts";
import { list } from "../platform/text.ts";
import { defaultModel, openGateway, type ProjectGateway, patienceOf } from "./gateway-target.ts";
import { type Patience, patienceFor, wantedLimit } from "./models/patience.ts";
import type { Context, Input } from "./old-command.ts";

export interface ExampleTarget {
  readonly config: GatewayConfig;
  readonly model: string;
  /** Null where --base-url names the address: then no project is read. */
  readonly service: string | null;
  readonly patience: Patience;
}

/** Whom the example asks, from its flags, else from the project. Throws usage, no-provider-key. */
export const exampleTarget = async (input: Input, given: Context): Promise<ExampleTarget> => {
  const context = withEnvFile(given, input.text("env"));
  const environment = openEnvironment(context);
  const { variables } = environment;
  const wantedMs = wantedLimit(input);
  const key = keyOf(input, variables);
  const baseUrl = input.text("baseUrl");
  if (baseUrl !== undefined) {
    const { apiKey } = gatewayConfig({ ...variables, LITELLM_BASE_URL: urlOf(baseUrl) });
    const model = input.text("model") ?? (variables["EVAL_MODEL"] || undefined);
    if (model === undefined) throw noModel();
    if (key === null && apiKey === null) throw noKey(baseUrl);
    const patience = patienceFor(model, undefined, () => [], wantedMs);
    return { config: { baseURL: urlOf(baseUrl), apiKey: key ?? apiKey }, model, service: null, patience };
  }
  const found = await openGateway(context, input, environment);
  const { url, key: own, service } = found.gateway;
  const model = modelOf(input, found);
  const patience = patienceOf(model, found, wantedMs, context);
  return { config: { baseURL: url, apiKey: key ?? own }, model, service: service.name, patience };
};

/** --env is --env-file under the name that the example's users know. */
const withEnvFile = (context: Context, path: string | undefined): Context => {
  if (path === undefined) return context;
  return { ...context, options: { ...context.options, envFile: path } };
};

const keyOf = (input: Input, variables: Readonly<Record<string, string>>): string | null => {
  const name = input.text("apiKeyEnv");
  if (name === undefined) return null;
  const value = variables[name]?.trim() ?? "";
  const mistake = unsendable(value);
  if (mistake !== null) {
    throw new GoatError(
      "usage",
      `${name}, which --api-key-env names, holds ${mistake}, which no HTTP header can carry`,
      {
        fixes: [{ command: `export ${name}=…`, effect: "as its provider shows it" }],
      },
    );
  }
  if (value !== "") return value;
  throw new GoatError("usage", `${name}, which --api-key-env names, is not set`, {
    fixes: [{ command: `export ${name}=…`, effect: "or a line in .env" }],
  });
};

const urlOf = (written: string): string => {
  if (URL.canParse(written) && /^https?:/.test(written)) return written.replace(/\/+$/, "");
  throw new GoatError("usage", `--base-url is ${JSON.stringify(written)}, and should be an address`, {
    fixes: [{ command: "goat-dev example --base-url http://127.0.0.1:4000/v1", effect: "a local LiteLLM" }],
  });
};

const noKey = (baseUrl: string): GoatError =>
  new GoatError("usage", `no variable holds a key for ${baseUrl}`, {
    fixes: [{ command: "goat-dev example --base-url … --api-key-env NAME", effect: "or set LITELLM_API_KEY" }],
  });

const noModel = (): GoatError =>
  new GoatError("usage", "with --base-url the model has to be named", {
    fixes: [{ command: "goat-dev example --base-url … --model NAME", effect: "or set EVAL_MODEL" }],
  });

const providers: readonly Provider[] = ["azure", "groq", "openai", "anthropic", "vllm", "other"];

const modelOf = (input: Input, found: ProjectGateway): string => {
  const [model, provider] = [input.text("model"), input.text("provider")];
  if (model !== undefined) return model;
  const chosen = provider === undefined ? defaultModel(found) : modelOfProvider(provider, found);
  if (chosen !== null) return chosen;
  throw new GoatError("no-provider-key", "no chat model of the LiteLLM config has its key", {
    fixes: [{ command: "goat-dev up", effect: "on a terminal asks for a key and saves it" }],
  });
};

/** The provider's first chat model that has its key. */
const modelOfProvider = (provider: string, { session, gateway }: ProjectGateway): string => {
  if (!providers.some((known) => known === provider)) {
    throw new GoatError("usage", `--provider is ${JSON.stringify(provider)}, and should be ${list(providers, "or")}`, {
      fixes: [{ command: "goat-dev example --provider groq", effect: "asks Groq's first model" }],
    });
  }
  const uses = usableRoutes(readRoutes(session.stack), gateway.service.environment).filter(
    ({ route }) => route.provider === provider && route.mode === "chat" && !route.name.includes("*"),
  );
  const usable = uses.find(({ obstacle }) => obstacle === null);
  if (usable !== undefined) return usable.route.name;
  const [first] = uses;
  if (first !== undefined) {
    throw new GoatError("no-provider-key", `no model of ${provider} can be asked: ${first.obstacle}`, {
      fixes: [{ command: "goat-dev example", effect: "asks a model whose key is set" }],
    });
  }
  throw new GoatError("usage", `the LiteLLM config has no chat model of ${provider}`, {
    fixes: [{ command: "goat-dev example", effect: "asks the first model that can be used" }],
  });
};
