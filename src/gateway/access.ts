import { isAbort, messageOf, systemCode } from "../errors/describe.ts";
import { GoatError } from "../errors/goat-error.ts";
import { classify, type FailureFacts, heardText, readFailure, wordsOf } from "../litellm/failure.ts";
import { type ModelInfo, readModelInfo, readModelNames } from "../litellm/model-info.ts";
import { deadline } from "../platform/deadline.ts";
import { type HttpAnswer, HttpTimeout, httpGet, httpPost, httpStatus } from "../platform/http.ts";
import { parseJson } from "../platform/json.ts";
import { cut } from "../platform/text.ts";

export interface GatewayAccess {
  /** As a program is given it: http://127.0.0.1:4000/v1 */
  readonly baseUrl: string;
  readonly key: string;
  /** The service's name in the Compose file, for commands in messages. */
  readonly service: string;
}

/** How long a gateway may take for an answer where the caller sets no limit. */
export const usualLimitMs = 30_000;

interface Question {
  readonly path: string;
  /** With a body the request is a POST. */
  readonly body?: unknown;
  readonly limitMs?: number;
}

const answeringLimitMs = 1_000;

/**
 * Sends one request with the key; returns the answer, whatever its status. Throws gateway-refused where none comes, or
 * the signal's reason.
 */
export async function send(access: GatewayAccess, question: Question, signal: AbortSignal): Promise<HttpAnswer> {
  const { path, body, limitMs = usualLimitMs } = question;
  const url = urlOf(access, path);
  const options = { headers: { authorization: `Bearer ${access.key}` }, limitMs };
  try {
    return await (body === undefined ? httpGet(url, signal, options) : httpPost(url, body, signal, options));
  } catch (error) {
    if (signal.aborted || isAbort(error)) throw error;
    const asked = `${body === undefined ? "GET" : "POST"} ${pathOf(access, path)}`;
    const isLate = error instanceof HttpTimeout;
    throw unreachable(access, isLate ? `${asked}: ${error.message}` : (systemCode(error) ?? messageOf(error)), error);
  }
}

function urlOf({ baseUrl }: GatewayAccess, path: string): string {
  return `${baseUrl.replace(/\/+$/, "")}${path}`;
}

function pathOf(access: GatewayAccess, path: string): string {
  return new URL(urlOf(access, path)).pathname;
}

/** The gateway's own refusal of a question, as a gateway-refused error. */
export function refusal({ service }: GatewayAccess, question: string, facts: FailureFacts): GoatError {
  const status = facts.status ?? 500;
  const words = cut(wordsOf(facts.message), 300);
  const evidence = [`${question} answers ${status}${words === "" ? "" : `: ${words}`}`];
  if (classify(facts).kind === "bad-key") {
    return new GoatError("gateway-refused", `${service} refuses the key in LITELLM_MASTER_KEY`, {
      service,
      evidence,
      fixes: [{ command: `goat-dev restart ${service}`, effect: "starts it with the key of .env" }],
    });
  }
  return new GoatError("gateway-refused", `${service} cannot answer ${question} (${status})`, {
    service,
    evidence,
    fixes: [{ command: `goat-dev logs ${service}`, effect: "shows why" }],
  });
}

export function unreachable(access: GatewayAccess, reason: string, cause?: unknown): GoatError {
  return new GoatError("gateway-refused", `${access.service} does not answer at ${access.baseUrl}`, {
    service: access.service,
    evidence: [reason],
    fixes: [{ command: "goat-dev status", effect: "shows what runs" }],
    cause,
  });
}

/** The error for an answer that is not LiteLLM's: a page, a redirection, other JSON. */
export function strange(access: GatewayAccess, path: string, { status, headers, text }: HttpAnswer): GoatError {
  const heard = heardText({ status, type: headers["content-type"], location: headers["location"], text });
  return new GoatError("gateway-refused", `what answers at ${urlOf(access, path)} is not LiteLLM`, {
    service: access.service,
    evidence: [`${pathOf(access, path)} answers ${heard}`],
    fixes: [{ command: "goat-dev status", effect: "shows what runs on which port" }],
  });
}

/** The names the gateway serves, from /v1/models. Throws gateway-refused. */
export async function listModels(access: GatewayAccess, signal: AbortSignal): Promise<readonly string[]> {
  return read(access, "/models", readModelNames, signal);
}

async function read<T>(
  access: GatewayAccess,
  path: string,
  take: (body: unknown) => T | null,
  signal: AbortSignal,
): Promise<T> {
  const body = await askGateway(access, path, signal);
  const value = take(body);
  if (value !== null) return value;
  const text = JSON.stringify(body);
  throw strange(access, path, { status: 200, headers: { "content-type": "application/json" }, text });
}

/** GETs JSON below the base URL. Throws gateway-refused, or the signal's reason. */
async function askGateway(access: GatewayAccess, path: string, signal: AbortSignal): Promise<unknown> {
  const answer = await send(access, { path }, signal);
  const body = parseJson(answer.text);
  const isAnswer = answer.status >= 200 && answer.status <= 299;
  if (isAnswer && body !== undefined) return body;
  if (answer.status < 400) throw strange(access, path, answer);
  throw refusal(access, `GET ${pathOf(access, path)}`, readFailure(answer.status, body));
}

/** What the gateway knows of each route, from /model/info. Throws gateway-refused. */
export async function modelInfo(access: GatewayAccess, signal: AbortSignal): Promise<readonly ModelInfo[]> {
  return read(access, "/model/info", readModelInfo, signal);
}

/** True where the gateway's /health/liveliness answers 200 within a second. Throws the signal's reason. */
export async function isAnswering({ baseUrl }: GatewayAccess, signal: AbortSignal): Promise<boolean> {
  using limit = deadline(signal, answeringLimitMs);
  try {
    return (await httpStatus(new URL("/health/liveliness", baseUrl).href, limit.signal)) === 200;
  } catch {
    signal.throwIfAborted();
    return false;
  }
}
