import { Agent, type IncomingMessage, request } from "node:http";
import { inspect } from "node:util";
import { bodyOf } from "../../platform/http.ts";
import type { Candidate } from "./endpoint.ts";

type Transport = Candidate["transport"];

type Query = Readonly<Record<string, string>>;

/**
 * GET requests to the engine's API over kept-alive connections. Most runs only read, so this does without dockerode,
 * which takes longer to load than the engine takes to answer.
 */
export interface Reader {
  readonly agent: Agent;
  json(path: string, signal: AbortSignal, query?: Query): Promise<unknown>;
  /** An answer that is read as it comes. */
  stream(path: string, signal: AbortSignal, query: Query): Promise<IncomingMessage>;
}

type Open = (path: string, signal: AbortSignal) => Promise<IncomingMessage>;

export async function createReader(transport: Transport): Promise<Reader> {
  const { agent, open } = await openerOf(transport);
  // docker-modem formats its agent for a debug line at every call, and would do so down to the last socket.
  Object.assign(agent, { [inspect.custom]: () => "[Agent]" });
  const stream: Reader["stream"] = async (path, signal, query) => {
    const search = new URLSearchParams(query).toString();
    const answer = await open(search === "" ? path : `${path}?${search}`, signal);
    if (answer.statusCode === 200) return answer;
    throw refusal(answer.statusCode ?? 0, await bodyOf(answer));
  };
  const json: Reader["json"] = async (path, signal, query = {}) =>
    JSON.parse(await bodyOf(await stream(path, signal, query)));
  return { agent, json, stream };
}

async function openerOf(transport: Transport): Promise<{ readonly agent: Agent; readonly open: Open }> {
  const tls = transport.kind === "tcp" ? transport.tls : null;
  const place =
    transport.kind === "tcp" ? { host: transport.host, port: transport.port } : { socketPath: transport.path };
  if (tls === null) {
    const agent = new Agent({ keepAlive: true });
    // Only TLS needs a server name, and Node would take 4 ms to look for one.
    const plain = { ...place, servername: "" };
    return { agent, open: (path, signal) => sent(request({ ...plain, path, agent, signal, headers })) };
  }
  const secure = await import("node:https");
  const { verify: rejectUnauthorized, ca, cert, key } = tls;
  const agent = new secure.Agent({ keepAlive: true, rejectUnauthorized });
  const material = { ca: ca ?? undefined, cert: cert ?? undefined, key: key ?? undefined };
  return {
    agent,
    open: (path, signal) => sent(secure.request({ ...place, ...material, path, agent, signal, headers })),
  };
}

const headers = { host: "docker" };

function sent(asked: ReturnType<typeof request>): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    asked.once("response", resolve).on("error", reject).end();
  });
}

/** The engine's message and HTTP status, in the shape of dockerode's own errors. */
function refusal(statusCode: number, text: string): Error {
  const message = /"message":\s*("(?:[^"\\]|\\.)*")/.exec(text)?.[1];
  const words = message === undefined ? text.trim() : String(JSON.parse(message));
  return Object.assign(new Error(words || `status ${statusCode}`), { statusCode });
}
