import { heardText } from "../litellm/answer-text.ts";
import { fieldsOf, textOf } from "../litellm/fields.ts";
import type { StackSpec } from "../model/stack.ts";
import { decoration } from "../platform/decoration.ts";
import { httpGet } from "../platform/http.ts";
import { gatewayOf, originOf } from "./endpoints.ts";

const LIMIT_MS = 1_000;

export interface GatewayWord {
  /** Whether it keeps keys and budgets in a database; null where it does not say. */
  readonly database: boolean | null;
  /** What answered, where that is something else than LiteLLM. */
  readonly strange: string | null;
}

/** What the gateway says of itself at /health/readiness; null where nothing comes. */
export const askReadiness = async (stack: StackSpec, signal: AbortSignal): Promise<GatewayWord | null> => {
  const gateway = gatewayOf(stack);
  if (gateway === null) return null;
  const url = `${originOf(gateway)}/health/readiness`;
  const answer = await decoration(signal, LIMIT_MS, (limited) => httpGet(url, limited));
  if (answer === null) return null;
  const { status, text, headers } = answer;
  const db = textOf(fieldsOf(parse(text))["db"])?.toLowerCase();
  const heard = { status, type: headers["content-type"], location: headers["location"], text };
  const strange = status < 400 && isStrange(parse(text)) ? `GET /health/readiness answers ${heardText(heard)}` : null;
  return { database: db === undefined ? null : db === "connected", strange };
};

/** LiteLLM says a status, or that it is alive. */
const isStrange = (body: unknown): boolean =>
  typeof body !== "string" && textOf(fieldsOf(body)["status"]) === null && textOf(fieldsOf(body)["db"]) === null;

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
