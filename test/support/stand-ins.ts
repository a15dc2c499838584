import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import type { Operation } from "../../src/model/plan.ts";
import { createRecorder } from "../../src/recorder/server.ts";
import { createMemoryStore } from "./memory-trace-store.ts";
import { litellmCall } from "./recorder-server.ts";

/** Ports of the host by service. */
export type Ports = Readonly<Record<"postgres" | "langfuse" | "litellm", number>>;

export interface GatewayAnswers {
  readonly key: string;
  readonly models: readonly string[];
  /** What /model/info knows; nothing where left out. */
  readonly infos?: readonly unknown[];
  /** Answers, but is never well. */
  readonly isUnwell?: boolean;
  /** Answers in its place. */
  readonly instead?: RequestListener;
  /** Answers in Langfuse's place. */
  readonly langfuse?: RequestListener;
  /** What a chat call is refused with; absent: it is answered. */
  readonly refuse?: { readonly status: number; readonly type: string; readonly message: string };
}

/** A trace that is there from the start. */
export const knownTrace = "trace-1";

const sendJson = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { "content-type": "application/json", "x-litellm-call-id": "call-1" });
  response.end(JSON.stringify(body));
};

const bodyOf = async (request: IncomingMessage): Promise<unknown> => {
  let text = "";
  for await (const piece of request.setEncoding("utf8")) text += piece;
  return JSON.parse(text);
};

const traceIdOf = (body: unknown): string =>
  /"trace_id":"([^"]+)"/.exec(JSON.stringify(body))?.[1] ?? "no trace id was sent";

const sendTrace = async (id: string, langfuse: string): Promise<void> => {
  const login = Buffer.from("pk-lf-goat-dev:sk-lf-goat-dev").toString("base64");
  const body = JSON.stringify({ batch: litellmCall(id) });
  const headers = { authorization: `Basic ${login}`, "content-type": "application/json" };
  const answer = await fetch(`${langfuse}/api/public/ingestion`, { method: "POST", headers, body });
  if (answer.status !== 207) throw new Error(`the recorder answers ${answer.status}`);
};

const wholeAnswer = {
  id: "c",
  object: "chat.completion",
  choices: [{ index: 0, message: { role: "assistant", content: "Hello from the stand-in" }, finish_reason: "stop" }],
  usage: { prompt_tokens: 8, completion_tokens: 23, total_tokens: 31 },
};

const wholeEmbedding = {
  object: "list",
  data: [{ object: "embedding", index: 0, embedding: [0.1, 0.2] }],
  usage: { prompt_tokens: 1, total_tokens: 1 },
};

/** Answers whole or as a stream, as LiteLLM does; its trace is in Langfuse before the last word. */
const chat = async (request: IncomingMessage, response: ServerResponse, langfuse: string): Promise<void> => {
  const body = await bodyOf(request);
  await sendTrace(traceIdOf(body), langfuse);
  if (!Object(body).stream) {
    response.setHeader("x-litellm-response-cost", "2e-05");
    return sendJson(response, 200, wholeAnswer);
  }
  response.writeHead(200, { "content-type": "text/event-stream", "x-litellm-call-id": "call-1" });
  const send = (fields: object): void =>
    void response.write(
      `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", created: 1, ...fields })}\n\n`,
    );
  send({ choices: [{ index: 0, delta: { content: "Hello from the stand-in" } }] });
  send({ choices: [], usage: { prompt_tokens: 8, completion_tokens: 23, total_tokens: 31, cost: 0.00002 } });
  response.end("data: [DONE]\n\n");
};

const gateway =
  ({ key, models, infos = [], refuse, isUnwell }: GatewayAnswers, langfuse: string): RequestListener =>
  (request, response) => {
    if (request.url?.startsWith("/health/")) return sendJson(response, isUnwell ? 503 : 200, "I'm alive!");
    if (request.headers.authorization !== `Bearer ${key}`) {
      return sendJson(response, 401, { error: { message: "Authentication Error", type: "auth_error", code: "401" } });
    }
    if (request.url === "/v1/models") return sendJson(response, 200, { data: models.map((id) => ({ id })) });
    if (request.url === "/v1/model/info") return sendJson(response, 200, { data: infos });
    if (request.url === "/v1/embeddings") return sendJson(response, 200, wholeEmbedding);
    if (request.url !== "/v1/chat/completions") return sendJson(response, 404, { detail: "Not Found" });
    if (refuse !== undefined) {
      const { status, type, message } = refuse;
      return sendJson(response, status, { error: { message, type, param: null, code: String(status) } });
    }
    return void chat(request, response, langfuse);
  };

const recorder = ({ langfuse }: GatewayAnswers): Server => {
  if (langfuse !== undefined) return createServer(langfuse);
  return createRecorder(
    {
      store: createMemoryStore(),
      project: { id: "goat-dev", name: "goat-dev" },
      keys: { publicKey: "pk-lf-goat-dev", secretKey: "sk-lf-goat-dev" },
      now: () => new Date("2026-01-01T00:00:00.000Z"),
    },
    () => undefined,
  );
};

const make: Readonly<Record<keyof Ports, (ports: Ports, answers: GatewayAnswers) => Server>> = {
  postgres: () => createServer((_request, response) => response.end()),
  langfuse: (_ports, answers) => recorder(answers),
  litellm: (ports, answers) => createServer(answers.instead ?? gateway(answers, `http://127.0.0.1:${ports.langfuse}`)),
};

export interface StandIns extends AsyncDisposable {
  /** The gateway's answers from its next start on. */
  answers: GatewayAnswers;
  /** Follows the engine's operations: what it starts listens, what it stops does not. */
  follow(operation: Operation): Promise<void>;
  /** Closes those whose container has ended by itself. */
  keepOnly(names: readonly string[]): Promise<void>;
}

/** Servers on 127.0.0.1 in place of what containers would run. */
export const createStandIns = (ports: Ports, answers: GatewayAnswers): StandIns => {
  const servers = new Map<keyof Ports, Server>();
  const close = async (name: keyof Ports): Promise<void> => {
    const server = servers.get(name);
    if (!servers.delete(name) || server === undefined) return;
    server.close();
    server.closeAllConnections();
    await once(server, "close");
  };
  const open = async (name: keyof Ports): Promise<void> => {
    if (servers.has(name)) return;
    const server = make[name](ports, self.answers);
    servers.set(name, server);
    server.listen(ports[name], "127.0.0.1");
    await once(server, "listening");
    if (name === "langfuse" && self.answers.langfuse === undefined)
      await sendTrace(knownTrace, `http://127.0.0.1:${ports.langfuse}`);
  };
  const self: StandIns = {
    answers,
    follow: async (operation) => {
      if (operation.type !== "start-container" && operation.type !== "stop-container") return;
      const name = (["postgres", "langfuse", "litellm"] as const).find((known) =>
        operation.container.includes(`-${known}-`),
      );
      if (name !== undefined) await (operation.type === "start-container" ? open(name) : close(name));
    },
    keepOnly: async (names) => {
      await Promise.all([...servers.keys()].filter((name) => !names.includes(name)).map(close));
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([...servers.keys()].map(close));
    },
  };
  return self;
};
