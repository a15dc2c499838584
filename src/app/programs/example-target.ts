import { type GatewayConfig, gatewayConfig } from "../../client/client.ts";
import { GoatError } from "../../errors/goat-error.ts";
import { type Provider, usableRoutes } from "../../gateway/routes.ts";
import { unsendable } from "../../litellm/key.ts";
import { list } from "../../platform/text.ts";
import type { App } from "../app.ts";
import { type Patience, patienceFor, patienceOf, wantedLimit } from "../models/patience.ts";
import { openEnvironment, type ProjectSession } from "../project.ts";
import { readRoutes } from "../routes.ts";
import { defaultModel, noUsableModel, openGateway, type ProjectGateway } from "./gateway.ts";

/** Whom the example is to ask; what is left out comes from the project. */
export interface WhomToAsk {
  readonly provider?: string | undefined;
  /** Another gateway than the project's. */
  readonly baseUrl?: string | undefined;
  /** The variable that holds the key. */
  readonly apiKeyEnv?: string | undefined;
  readonly model?: string | undefined;
  /** The same as --env-file, under the name that the example's users know. */
  readonly env?: string | undefined;
  /** As typed: the longest silence allowed before an answer, and within it. */
  readonly timeout?: string | undefined;
}

export interface ExampleTarget {
  readonly config: GatewayConfig;
  readonly model: string;
  /** Null where --base-url names the address: then no project is read. */
  readonly service: string | null;
  /** The project that the gateway belongs to; null where --base-url names the address. */
  readonly session: ProjectSession | null;
  readonly patience: Patience;
}

const providers: readonly Provider[] = ["azure", "groq", "openai", "anthropic", "vllm", "other"];

/** Whom the example asks, from its flags, else from the project. Throws usage, no-provider-key. */
export async function exampleTarget(input: WhomToAsk, given: App): Promise<ExampleTarget> {
  const app = withEnvFile(given, input.env);
  const environment = openEnvironment(app);
  const { variables } = environment;
  const wantedMs = wantedLimit(input.timeout);
  const key = keyOf(input.apiKeyEnv, variables);
  const { baseUrl } = input;
  if (baseUrl !== undefined) {
    const { apiKey } = gatewayConfig({ ...variables, LITELLM_BASE_URL: urlOf(baseUrl) });
    const model = input.model ?? (variables["EVAL_MODEL"] || undefined);
    if (model === undefined) throw noModel();
    if (key === null && apiKey === null) throw noKey(baseUrl);
    const patience = patienceFor(model, undefined, () => [], wantedMs);
    return {
      config: { baseURL: urlOf(baseUrl), apiKey: key ?? apiKey },
      model,
      service: null,
      session: null,
      patience,
    };
  }
  const found = await openGateway(app, environment);
  const { url, key: own, service } = found.gateway;
  const model = modelOf(input, found);
  const patience = patienceOf(model, found.session, wantedMs, app);
  const { session } = found;
  return { config: { baseURL: url, apiKey: key ?? own }, model, service: service.name, session, patience };
}

function withEnvFile(app: App, path: string | undefined): App {
  return path === undefined ? app : { ...app, options: { ...app.options, envFiles: [path] } };
}

function keyOf(name: string | undefined, variables: Readonly<Record<string, string>>): string | null {
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
}

function urlOf(written: string): string {
  if (URL.canParse(written) && /^https?:/.test(written)) return written.replace(/\/+$/, "");
  throw new GoatError("usage", `--base-url is ${JSON.stringify(written)}, and should be an address`, {
    fixes: [{ command: "goat-dev example --base-url http://127.0.0.1:4000/v1", effect: "a local LiteLLM" }],
  });
}

function noModel(): GoatError {
  return new GoatError("usage", "with --base-url the model has to be named", {
    fixes: [{ command: "goat-dev example --base-url … --model NAME", effect: "or set EVAL_MODEL" }],
  });
}

function noKey(baseUrl: string): GoatError {
  return new GoatError("usage", `no variable holds a key for ${baseUrl}`, {
    fixes: [{ command: "goat-dev example --base-url … --api-key-env NAME", effect: "or set LITELLM_API_KEY" }],
  });
}

function modelOf({ model, provider }: WhomToAsk, found: ProjectGateway): string {
  if (model !== undefined) return model;
  const chosen = provider === undefined ? defaultModel(found) : modelOfProvider(provider, found);
  if (chosen !== null) return chosen;
  throw noUsableModel();
}

/** The provider's first chat model that has its key. */
function modelOfProvider(provider: string, { session, gateway }: ProjectGateway): string {
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
}
