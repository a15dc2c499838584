import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createRecorder, type PageParts } from "../../src/recorder/server.ts";
import { createMemoryStore } from "./memory-trace-store.ts";

export const recorderKeys = { publicKey: "pk-lf-test", secretKey: "sk-lf-test-secret" };

const basic = `Basic ${Buffer.from(`${recorderKeys.publicKey}:${recorderKeys.secretKey}`).toString("base64")}`;

/** The recorder on a free port of 127.0.0.1, its store in memory. Close it with `await using`. */
export const startRecorder = async (page?: PageParts) => {
  const store = createMemoryStore();
  const lines: string[] = [];
  const project = { id: "goat", name: "Goat <dev>" };
  const now = () => new Date("2026-11-23T10:00:00.000Z");
  const log = (level: string, line: string): void => {
    lines.push(`${level} ${line}`);
  };
  const server = createRecorder({ store, project, keys: recorderKeys, now }, log, page);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const baseUrl = `http://127.0.0.1:${port}`;
  const request = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`${baseUrl}${path}`, { ...init, headers: { authorization: basic, ...init.headers } });
  return {
    store,
    lines,
    port,
    baseUrl,
    request,
    ingest: (...batch: readonly unknown[]): Promise<Response> =>
      request("/api/public/ingestion", {
        method: "POST",
        body: JSON.stringify({ batch, metadata: {} }),
        headers: { "content-type": "application/json" },
      }),
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close").catch(() => {});
    },
  };
};

let events = 0;

/** One event as an SDK posts it. */
export const event = (type: string, body: object) => {
  events += 1;
  return { id: `event-${events}`, timestamp: "2026-11-23T09:00:00.000000Z", type, body };
};

/** What LiteLLM's callback posts for one call. */
export const litellmCall = (traceId: string) => [
  event("trace-create", {
    id: traceId,
    name: "litellm-acompletion",
    input: { messages: [{ role: "user", content: "hi" }] },
    output: { content: "Hello", role: "assistant" },
    tags: ["goat-dev"],
  }),
  event("generation-create", {
    traceId,
    id: `generation-of-${traceId}`,
    name: "litellm-acompletion",
    startTime: "2026-11-23T09:00:00.000000Z",
    endTime: "2026-11-23T09:00:00.500000Z",
    model: "azure/gpt-4o-mini",
    modelParameters: { stream: true },
    usage: { input: 8, output: 2, unit: "TOKENS", totalCost: 0.0000024 },
    usageDetails: { input: 8, output: 2, total: 10, cache_read_input_tokens: 0 },
    level: "DEFAULT",
  }),
];
