import { type Fix, GoatError } from "../errors/goat-error.ts";
import { cut, list } from "../platform/text.ts";
import { type GatewayAccess, refusal } from "./access.ts";
import type { ModelChoice, Route } from "./routes.ts";

/** What the example client says when a call fails. */
export interface ExampleError {
  /** The error's class in the client. */
  readonly name: string | null;
  /** HTTP status; null where it came in the middle of a stream, or before any answer. */
  readonly status: number | null;
  readonly type: string | null;
  readonly message: string;
  /** LiteLLM's id of the call; it gives none where it refuses the caller's key. */
  readonly callId: string | null;
}

/** Who refused, and what to do about it: provider-refused, gateway-refused or example-failed. */
export const explainFailure = (
  error: ExampleError,
  access: GatewayAccess,
  choice: ModelChoice,
  question = "the example's question",
): GoatError => {
  const { status, type, message, callId } = error;
  if (status === null && callId === null) return exampleBroken("failed", message);
  if (type === "budget_exceeded") return budgetSpent(error, access);
  if (type === "all_deployments_in_cooldown") return coolingDown(error, access, choice);
  if (callId !== null && isProviders(message)) return providerRefusal(error, access, choice, question);
  return refusal(access, question, { status: status ?? 500, type, message: wordsOf(message) });
};

/** What a provider caused carries its exception's name; LiteLLM has no code for it. */
const isProviders = (message: string): boolean => /^(?:\d{3} )?litellm\.|Exception - /.test(message);

const budgetSpent = (error: ExampleError, { service }: GatewayAccess): GoatError =>
  new GoatError("gateway-refused", `the budget of ${service} is spent`, {
    service,
    evidence: [wordsOf(error.message)],
    fixes: [{ command: "goat-dev up", effect: "once max_budget in the LiteLLM config is raised" }],
  });

const coolingDown = (error: ExampleError, { service }: GatewayAccess, { model }: ModelChoice): GoatError =>
  new GoatError("gateway-refused", `${service} pauses ${model} for some seconds: its provider refused before`, {
    service,
    evidence: [wordsOf(error.message)],
    fixes: [{ command: "goat-dev up --example", effect: "asks again" }, logs(service)],
  });

const logs = (service: string): Fix => ({ command: `goat-dev logs ${service}`, effect: "shows the whole answer" });

const providerRefusal = (
  error: ExampleError,
  { service }: GatewayAccess,
  { model, route }: ModelChoice,
  question: string,
): GoatError => {
  const { what, fix } = isUnreachable(error) ? noWayTo(service, route) : whatToDo(error.status, route, question);
  const status = error.status === null ? "" : `${error.status} `;
  return new GoatError("provider-refused", what, {
    service,
    evidence: [`${model}: ${status}${wordsOf(error.message)}`],
    fixes: [fix, logs(service)],
  });
};

/** LiteLLM gives a connection that could not be made status 500 and no code. */
const isUnreachable = ({ status, message }: ExampleError): boolean =>
  (status === null || status >= 500) &&
  /cannot connect to host|connection error|connect(?:ion)? timed? ?out|name or service not known/i.test(message);

const noWayTo = (service: string, route: Route): { readonly what: string; readonly fix: Fix } => ({
  what: `${service} cannot reach ${providerName(route)}`,
  fix: { command: "goat-dev up --example", effect: "asks again, once containers of this machine reach it" },
});

const whatToDo = (
  status: number | null,
  route: Route,
  question: string,
): { readonly what: string; readonly fix: Fix } => {
  const provider = providerName(route);
  const again = "goat-dev up --example";
  if (status === 401 || status === 403) {
    const keys = route.keyVariables.length === 0 ? "the key of the LiteLLM config" : list(route.keyVariables, "or");
    return {
      what: `${provider} refuses ${keys}`,
      fix: {
        command: "goat-dev up",
        effect: `once ${keys}${route.keyVariables.length === 0 ? "" : " in .env"} is replaced`,
      },
    };
  }
  if (status === 404) {
    const effect = `once line ${route.line} of the LiteLLM config names one that your account has`;
    return { what: `${provider} knows no ${route.upstream}`, fix: { command: "goat-dev up", effect } };
  }
  if (status === 429) {
    const effect = "asks again, when the limit or the quota allows it";
    return { what: `${provider} accepts the key but has had enough calls for now`, fix: { command: again, effect } };
  }
  if (status !== null && status < 500) {
    return { what: `${provider} refuses ${question}`, fix: { command: again, effect: "asks again" } };
  }
  return { what: `${provider} does not answer properly`, fix: { command: again, effect: "asks again" } };
};

const providerName = ({ name, provider, upstream }: Route): string => {
  // OpenAI's protocol at an address of its own: nothing says that vLLM serves it.
  if (provider === "vllm" && upstream.startsWith("openai/")) return `the server behind ${name}`;
  const names = { azure: "Azure", groq: "Groq", openai: "OpenAI", anthropic: "Anthropic", vllm: "vLLM" } as const;
  return provider === "other" ? (upstream.split("/", 1)[0] ?? upstream) : names[provider];
};

/** The example did not get as far as a refusal. */
export const exampleBroken = (how: string, output: string): GoatError =>
  new GoatError("example-failed", `the example client ${how}`, {
    evidence: maskKeys(output).trim().split("\n").slice(-5),
    fixes: [{ command: "goat-dev up --example", effect: "tries again" }],
  });

/** The provider's own words, without LiteLLM's wrapping and with keys masked. */
const wordsOf = (message: string): string => {
  const inner = message
    .replace(/^\d{3} /, "")
    .replace(/\.? Received Model Group=[\s\S]*$/, "")
    .replace(/^(?:litellm\.)?(?:\w+(?:Error|Exception): )*(?:\w+Exception - )?/, "");
  return cut(maskKeys(inner).replace(/\s+/g, " ").trim(), 300);
};

/** Providers quote parts of keys, and those are not in .env to be masked by value. */
const maskKeys = (text: string): string =>
  text
    .replace(/\b(?:sk|gsk|pk|xai)[-_][\w*-]{4,}/g, "***")
    .replace(/\bBearer \S+/g, "Bearer ***")
    .replace(/\b[A-Za-z0-9]{32,}\b/g, "***");
