import { heardText } from "../../litellm/failure.ts";
import { fieldsOf, textOf } from "../../model/fields.ts";
import { readinessPath, type StackSpec, tracingHealthPath } from "../../model/stack.ts";
import { decoration } from "../../platform/deadline.ts";
import { type HttpAnswer, httpGet } from "../../platform/http.ts";
import { parseJson } from "../../platform/json.ts";
import type { ProbeContext } from "../../readiness/probe.ts";
import { isRecorder } from "../../tracing/langfuse.ts";
import { gatewayOf, originOf, tracingOf } from "../plan/endpoints.ts";

/** What the tracing service and the gateway say of themselves. */
interface Words {
  /** As standInOf says it. */
  readonly standIn: Promise<string | null>;
  /** Null where the gateway does not answer. */
  readonly gateway: Promise<GatewayWord | null>;
  /** Gives the same answers to probes that would ask the same URLs again: each answer once. */
  readonly heard: NonNullable<ProbeContext["heard"]>;
}

export interface GatewayWord {
  /** Whether it keeps keys and budgets in a database; null where it does not say. */
  readonly database: boolean | null;
  /** What answered, where that is something else than LiteLLM. */
  readonly strange: string | null;
}

const limitMs = 1_000;

/** Asks both at once. Rejects only once the signal has fired. */
export function askWords(stack: StackSpec, signal: AbortSignal): Words {
  const gateway = gatewayOf(stack);
  const answers = new Map<string, Promise<HttpAnswer | null>>();
  const ask: Ask = (url) => {
    const answer = answerFrom(url, signal);
    answers.set(url, answer);
    return answer;
  };
  return {
    standIn: askStandIn(stack, ask),
    gateway: gateway === null ? Promise.resolve(null) : ask(`${originOf(gateway)}${readinessPath}`).then(gatewayWord),
    heard: (url) => {
      const answer = answers.get(url);
      answers.delete(url);
      return answer;
    },
  };
}

/** The trace recorder's name where it answers in Langfuse's place; null for Langfuse, or where nothing answers. */
export function standInOf(stack: StackSpec, signal: AbortSignal): Promise<string | null> {
  return askStandIn(stack, (url) => answerFrom(url, signal));
}

type Ask = (url: string) => Promise<HttpAnswer | null>;

function answerFrom(url: string, signal: AbortSignal): Promise<HttpAnswer | null> {
  return decoration(signal, limitMs, (limited) => httpGet(url, limited));
}

async function askStandIn(stack: StackSpec, ask: Ask): Promise<string | null> {
  const tracing = tracingOf(stack);
  if (tracing === null) return null;
  const answer = await ask(`${originOf(tracing)}${tracingHealthPath}`);
  return answer !== null && isRecorder(parseJson(answer.text)) ? "trace recorder" : null;
}

function gatewayWord(answer: HttpAnswer | null): GatewayWord | null {
  if (answer === null) return null;
  const { status, text, headers } = answer;
  const body = parseJson(text);
  const db = textOf(fieldsOf(body)["db"])?.toLowerCase();
  const heard = { status, type: headers["content-type"], location: headers["location"], text };
  const strange = status < 400 && isStrange(body) ? `GET ${readinessPath} answers ${heardText(heard)}` : null;
  return { database: db === undefined ? null : db === "connected", strange };
}

/** True for an answer that is not LiteLLM's, which is a string (it is alive) or has `status` or `db`. */
function isStrange(body: unknown): boolean {
  return typeof body !== "string" && textOf(fieldsOf(body)["status"]) === null && textOf(fieldsOf(body)["db"]) === null;
}
