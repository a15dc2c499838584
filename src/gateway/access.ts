import { isAbort, messageOf, systemCode } from "../errors/describe.ts";
import { GoatError } from "../errors/goat-error.ts";
import { type HttpAnswer, httpGet } from "../platform/http.ts";
import { isRecord } from "./shape.ts";

export interface GatewayAccess {
  /** As a program is given it: http://127.0.0.1:4000/v1 */
  readonly baseUrl: string;
  readonly key: string;
  /** The service's name in the Compose file, for commands in messages. */
  readonly service: string;
}

/** GETs JSON below the base URL. Throws gateway-refused, or the signal's reason. */
export const askGateway = async (access: GatewayAccess, path: string, signal: AbortSignal): Promise<unknown> => {
  const url = `${access.baseUrl.replace(/\/+$/, "")}${path}`;
  const answer = await get(url, access, signal);
  const body = parse(answer.text);
  if (answer.status < 200 || answer.status > 299) {
    throw refusal(access, `GET ${new URL(url).pathname}`, { status: answer.status, ...errorIn(body) });
  }
  if (body === undefined) throw strange(access, path);
  return body;
};

const get = async (url: string, access: GatewayAccess, signal: AbortSignal): Promise<HttpAnswer> => {
  try {
    return await httpGet(url, signal, { authorization: `Bearer ${access.key}` });
  } catch (error) {
    if (signal.aborted || isAbort(error)) throw error;
    throw unreachable(access, systemCode(error) ?? messageOf(error), error);
  }
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** LiteLLM's error body; everything in it is optional. */
interface Refusal {
  readonly status: number;
  readonly type: string | null;
  readonly message: string | null;
}

const errorIn = (body: unknown): Omit<Refusal, "status"> => {
  const error = isRecord(body) && isRecord(body["error"]) ? body["error"] : {};
  const { type, message } = error;
  return { type: typeof type === "string" ? type : null, message: typeof message === "string" ? message : null };
};

/** Without a database LiteLLM says of a wrong key only that it has nowhere to look it up. */
const isKeyRefusal = (refusal: Refusal): boolean =>
  refusal.status === 401 || refusal.status === 403 || refusal.type === "no_db_connection";

/** The gateway's own refusal of a question, as a gateway-refused error. */
export const refusal = (access: GatewayAccess, question: string, details: Refusal): GoatError => {
  const evidence = [`${question} answers ${details.status}${details.message === null ? "" : `: ${details.message}`}`];
  if (isKeyRefusal(details)) {
    return new GoatError("gateway-refused", `${access.service} refuses the key in LITELLM_MASTER_KEY`, {
      service: access.service,
      evidence,
      fixes: [{ command: `goat-dev restart ${access.service}`, effect: "starts it with the key of .env" }],
    });
  }
  return new GoatError("gateway-refused", `${access.service} cannot answer ${question} (${details.status})`, {
    service: access.service,
    evidence,
    fixes: [{ command: `goat-dev logs ${access.service}`, effect: "shows why" }],
  });
};

export const unreachable = (access: GatewayAccess, reason: string, cause?: unknown): GoatError =>
  new GoatError("gateway-refused", `${access.service} does not answer at ${access.baseUrl}`, {
    service: access.service,
    evidence: [reason],
    fixes: [{ command: "goat-dev status", effect: "shows what runs" }],
    cause,
  });

export const strange = (access: GatewayAccess, path: string): GoatError =>
  new GoatError("gateway-refused", `what answers at ${access.baseUrl}${path} is not LiteLLM`, {
    service: access.service,
    fixes: [{ command: "goat-dev status", effect: "shows what runs on which port" }],
  });
