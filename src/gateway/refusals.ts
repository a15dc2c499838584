import { type Fix, GoatError } from "../errors/goat-error.ts";
import { classify, type FailureFacts, maskKeys, wordsOf } from "../litellm/failure.ts";
import { cut, list } from "../platform/text.ts";
import { type GatewayAccess, refusal } from "./access.ts";
import type { ModelChoice, Route } from "./routes.ts";

/** The error for a failed call, provider-refused or gateway-refused by who refused it, with what to do about it. */
export function explainFailure(
  facts: FailureFacts,
  access: GatewayAccess,
  choice: ModelChoice,
  question = "the example's question",
): GoatError {
  const { kind, by } = classify(facts);
  if (kind === "budget-exceeded") return budgetSpent(facts, access);
  if (kind === "cooling-down") return coolingDown(facts, access, choice);
  if (by === "provider") return providerRefusal(facts, kind === "provider-unreachable", access, choice, question);
  return refusal(access, question, facts);
}

function budgetSpent({ message }: FailureFacts, { service }: GatewayAccess): GoatError {
  return new GoatError("gateway-refused", `the budget of ${service} is spent`, {
    service,
    evidence: [said(message)],
    fixes: [{ command: "goat-dev up", effect: "once max_budget in the LiteLLM config is raised" }],
  });
}

function said(message: string): string {
  return cut(wordsOf(message), 300);
}

function coolingDown({ message }: FailureFacts, { service }: GatewayAccess, { model }: ModelChoice): GoatError {
  return new GoatError("gateway-refused", `${service} pauses ${model} for some seconds: its provider refused before`, {
    service,
    evidence: [said(message)],
    fixes: [{ command: "goat-dev up --example", effect: "asks again" }, logs(service)],
  });
}

function logs(service: string): Fix {
  return { command: `goat-dev logs ${service}`, effect: "shows the whole answer" };
}

function providerRefusal(
  { status, message }: FailureFacts,
  isUnreachable: boolean,
  { service }: GatewayAccess,
  { model, route }: ModelChoice,
  question: string,
): GoatError {
  const { what, fix } = isUnreachable ? noWayTo(service, route) : adviceFor(status, message, route, question);
  return new GoatError("provider-refused", what, {
    service,
    evidence: [`${model}: ${status === null ? "" : `${status} `}${said(message)}`],
    fixes: [fix, logs(service)],
  });
}

function noWayTo(service: string, route: Route): Advice {
  return {
    what: `${service} cannot reach ${providerName(route)}`,
    fix: { command: "goat-dev up --example", effect: "asks again, once the gateway can reach that address" },
  };
}

function providerName({ name, provider, upstream }: Route): string {
  // Any server may answer an `openai/` route with an address of its own; it need not be vLLM.
  if (provider === "vllm" && upstream.startsWith("openai/")) return `the server behind ${name}`;
  const names = { azure: "Azure", groq: "Groq", openai: "OpenAI", anthropic: "Anthropic", vllm: "vLLM" } as const;
  return provider === "other" ? (upstream.split("/", 1)[0] ?? upstream) : names[provider];
}

interface Advice {
  readonly what: string;
  readonly fix: Fix;
}

/** What a provider's refusal means for the user of this route. */
export function adviceFor(status: number | null, message: string, route: Route, question: string): Advice {
  const provider = providerName(route);
  const again = "goat-dev up --example";
  if (status === 401 || status === 403) {
    const [key] = route.keyVariables;
    const keys = key === undefined ? "the key of the LiteLLM config" : list(route.keyVariables, "or");
    const fix =
      key === undefined
        ? { command: "goat-dev up", effect: `once ${keys} is replaced` }
        : { command: `goat-dev keys set ${key}`, effect: "asks for another, hidden; then goat-dev up" };
    return { what: `${provider} refuses ${keys}`, fix };
  }
  if (status === 404) return notFound(provider, message, route);
  if (status === 429) {
    const effect = "asks again, when the limit or the quota allows it";
    return { what: `${provider} accepts the key, but takes no more calls for now`, fix: { command: again, effect } };
  }
  if (status !== null && status < 500) {
    return { what: `${provider} refuses ${question}`, fix: { command: again, effect: "asks again" } };
  }
  return { what: `${provider} does not answer properly`, fix: { command: again, effect: "asks again" } };
}

/** Azure's addresses contain a deployment's name and an API version: either may be what was not found. */
function notFound(provider: string, message: string, { upstream, line, provider: id }: Route): Advice {
  const mended = (what: string, effect: string): Advice => ({ what, fix: { command: "goat-dev up", effect } });
  const place = `line ${line} of the LiteLLM config`;
  if (id !== "azure") {
    return mended(`${provider} knows no ${upstream}`, `once ${place} names one that your account has`);
  }
  if (/deployment/i.test(wordsOf(message))) {
    const name = upstream.slice(upstream.indexOf("/") + 1);
    return mended(`${provider} has no deployment ${name}`, `once ${place} names one of yours`);
  }
  return mended(
    `${provider} finds nothing for ${upstream}: its api_base or api_version is not right`,
    `once both are mended, at ${place}`,
  );
}

/** The error for an example client that failed before the gateway or a provider could refuse its call. */
export function exampleBroken(how: string, output: string): GoatError {
  return new GoatError("example-failed", `the example client ${how}`, {
    evidence: maskKeys(output).trim().split("\n").slice(-5),
    fixes: [{ command: "goat-dev up --example", effect: "tries again" }],
  });
}
