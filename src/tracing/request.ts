import { messageOf, systemCode } from "../errors/describe.ts";
import { GoatError } from "../errors/goat-error.ts";
import { deadline } from "../platform/deadline.ts";
import { httpGet } from "../platform/http.ts";
import { parseJson } from "../platform/json.ts";

/** How a Langfuse (or the trace recorder) is reached from this machine. */
export interface TracingAccess {
  /** Where it is asked, with the keys: http://127.0.0.1:3001 */
  readonly baseUrl: string;
  /** The base of the links a user is given: http://localhost:3001 */
  readonly pageUrl: string;
  readonly publicKey: string;
  readonly secretKey: string;
  /** The service's name in the Compose file, for messages. */
  readonly service: string;
}

/** `json` is undefined where the body is not JSON. */
export interface Answer {
  readonly status: number;
  readonly json: unknown;
}

const requestLimitMs = 5_000;
const messageLimit = 200;

/** One GET with the keys, within five seconds by default. Throws `service-not-ready` where no answer comes. */
export async function request(
  access: TracingAccess,
  path: string,
  signal: AbortSignal,
  limitMs = requestLimitMs,
): Promise<Answer> {
  signal.throwIfAborted();
  using limit = deadline(signal, limitMs);
  const basic = Buffer.from(`${access.publicKey}:${access.secretKey}`).toString("base64");
  try {
    const headers = { authorization: `Basic ${basic}`, accept: "application/json" };
    const { status, text } = await httpGet(`${baseOf(access)}${path}`, limit.signal, { headers });
    return { status, json: parseJson(text) };
  } catch (error) {
    signal.throwIfAborted();
    throw unreachable(access, path, error, limit.isOver() ? limitMs : null);
  }
}

function baseOf({ baseUrl }: TracingAccess): string {
  return baseUrl.replace(/\/+$/, "");
}

function unreachable(access: TracingAccess, path: string, error: unknown, lateMs: number | null): GoatError {
  const why = lateMs !== null ? `no answer within ${lateMs / 1000} s` : (systemCode(error) ?? messageOf(error));
  return new GoatError("service-not-ready", `${access.service} does not answer at ${baseOf(access)}: ${why}`, {
    service: access.service,
    evidence: [`GET ${path}: ${why}`],
    fixes: [{ command: `goat-dev logs ${access.service}`, effect: "shows its log" }],
    cause: error,
  });
}

/** A value under a key, or undefined where `from` is no object or lacks it. */
export function field(from: unknown, key: string): unknown {
  return typeof from === "object" && from !== null && Object.hasOwn(from, key) ? Reflect.get(from, key) : undefined;
}

export function textField(from: unknown, key: string): string | null {
  const value = field(from, key);
  return typeof value === "string" ? value : null;
}

export function numberField(from: unknown, key: string): number | null {
  const value = field(from, key);
  return typeof value === "number" ? value : null;
}

/** What the server says about a refusal, in a line. */
export function wordsOf({ status, json }: Answer): string {
  const said =
    textField(json, "message") ?? textField(json, "error") ?? textField(json, "status") ?? `status ${status}`;
  return said.length > messageLimit ? `${said.slice(0, messageLimit)}…` : said;
}
