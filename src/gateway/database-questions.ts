import { readFailure } from "../litellm/failure.ts";
import { type Fields, fieldsOf } from "../model/fields.ts";
import { parseJson } from "../platform/json.ts";
import { type GatewayAccess, refusal, send, strange } from "./access.ts";

/** How LiteLLM says that it has no database; its words depend on the endpoint and the version. */
const withoutDatabase =
  /no[_ ](?:connected )?db|(?:db|database) not connected|not connected to (?:the )?(?:db|database)/i;

/**
 * Asks LiteLLM for something in its database, at an endpoint beside /v1, not below it. Null where LiteLLM has no
 * database, or answers 404. Throws gateway-refused.
 */
export async function askDatabase(
  access: GatewayAccess,
  path: string,
  signal: AbortSignal,
  body?: unknown,
): Promise<Fields | null> {
  const beside = { ...access, baseUrl: access.baseUrl.replace(/\/v1\/*$/, "") };
  const answer = await send(beside, body === undefined ? { path } : { path, body }, signal);
  const json = parseJson(answer.text);
  if (answer.status === 200 && typeof json === "object" && json !== null) return fieldsOf(json);
  if (answer.status === 404 || withoutDatabase.test(answer.text)) return null;
  if (answer.status < 400) throw strange(beside, path, answer);
  const question = `${body === undefined ? "GET" : "POST"} ${path.split("?")[0]}`;
  throw refusal(beside, question, readFailure(answer.status, json));
}
