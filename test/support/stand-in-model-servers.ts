import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

const model = (id: string, owner: string, more: object = {}) => ({
  id,
  object: "model",
  created: 1_750_000_000,
  owned_by: owner,
  ...more,
});

/** What each product's list of models looks like, as its documentation shows it. */
const lists = {
  ollama: { object: "list", data: [model("qwen3:8b", "library"), model("nomic-embed-text:latest", "library")] },
  emptyOllama: { object: "list", data: null },
  lmStudio: {
    data: [{ id: "text-embedding-nomic-embed-text-v1.5", object: "model", owned_by: "organization_owner" }],
    object: "list",
  },
  vllm: {
    object: "list",
    data: [
      model("Qwen/Qwen3-8B", "vllm", { root: "Qwen/Qwen3-8B", parent: null, max_model_len: 40_960, permission: [] }),
    ],
  },
  llamaCpp: {
    object: "list",
    data: [model("../models/Llama-3.1-8B-Q4_K_M.gguf", "llamacpp", { meta: { n_ctx_train: 131_072 } })],
  },
  dockerModelRunner: { object: "list", data: [model("ai/smollm2", "docker")] },
  /** Something else on a port that many use. */
  somethingElse: { hello: "world" },
};

/** A stand-in that answers `GET …/models` as the product does, and nothing else; gives its base URL. */
export const startStandInModelServer = async (
  product: keyof typeof lists | "silent",
  host = "127.0.0.1",
): Promise<string> => {
  const server = createServer((request, response) => {
    if (product === "silent") return;
    const isAsked = request.method === "GET" && request.url?.endsWith("/models") === true;
    response.writeHead(isAsked ? 200 : 404, { "content-type": "application/json" });
    response.end(JSON.stringify(isAsked ? lists[product] : { error: "not found" }));
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const path = product === "dockerModelRunner" ? "/engines/v1" : "/v1";
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
};
