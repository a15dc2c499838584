import { fieldsOf, isRecord } from "../model/fields.ts";
import { httpGet } from "../platform/http.ts";
import { parseJson } from "../platform/json.ts";

/** A model that a server of this machine offers. */
export interface OfferedModel {
  /** As the server calls it. */
  readonly id: string;
  /** As programs could ask for it: a model file's name comes without its path and ending. */
  readonly name: string;
  readonly mode: "chat" | "embedding";
}

export interface LocalServer {
  readonly product: string;
  /** Where it speaks OpenAI's protocol, as this machine reaches it. */
  readonly url: string;
  readonly models: readonly OfferedModel[];
}

/**
 * Where each product listens by default. Two of the ports are used by much else, so a server is known by its answer.
 */
const places: readonly (readonly [url: string, product: string])[] = [
  ["http://127.0.0.1:11434/v1", "Ollama"],
  ["http://127.0.0.1:1234/v1", "LM Studio"],
  ["http://127.0.0.1:8000/v1", "vLLM"],
  ["http://127.0.0.1:8080/v1", "llama.cpp"],
  ["http://127.0.0.1:12434/engines/v1", "Docker Model Runner"],
];

export const defaultPlaces: readonly string[] = places.map(([url]) => url);

/** The product, by what `owned_by` says in a server's list of models. */
const owners: Readonly<Partial<Record<string, string>>> = {
  library: "Ollama",
  organization_owner: "LM Studio",
  vllm: "vLLM",
  llamacpp: "llama.cpp",
  docker: "Docker Model Runner",
};

/** A running server answers in milliseconds, unless it is loading a model. */
const limitMs = 1_500;

/**
 * Asks all servers at once for their models; one that does not answer, or not in the expected form, is left out. Throws
 * the signal's reason.
 */
export async function askLocalServers(urls: readonly string[], signal: AbortSignal): Promise<readonly LocalServer[]> {
  const found = await Promise.all(urls.map((url) => askServer(url, signal)));
  return found.filter((server) => server !== null);
}

async function askServer(url: string, signal: AbortSignal): Promise<LocalServer | null> {
  try {
    const { status, text } = await httpGet(`${url}/models`, signal, { limitMs });
    return status === 200 ? readServer(url, parseJson(text)) : null;
  } catch {
    signal.throwIfAborted();
    return null;
  }
}

function readServer(url: string, body: unknown): LocalServer | null {
  const { object, data } = fieldsOf(body);
  if (object !== "list" || !(Array.isArray(data) || data === null)) return null;
  const entries: readonly unknown[] = data ?? [];
  const models = entries
    .filter(isRecord)
    .flatMap(({ id }) => (typeof id === "string" && id !== "" ? [offered(id)] : []));
  const owner = entries.map((entry) => fieldsOf(entry)["owned_by"]).find((name) => typeof name === "string");
  const product = owners[String(owner)] ?? places.find(([place]) => place === url)?.[1];
  return { url, product: product ?? "OpenAI's protocol", models };
}

/** llama.cpp calls a model by its file. */
function offered(id: string): OfferedModel {
  const isFile = id.endsWith(".gguf");
  const name = isFile ? (id.split(/[/\\]/).at(-1) ?? id).replace(/\.gguf$/, "") : id;
  return { id, name, mode: /embed/i.test(id) ? "embedding" : "chat" };
}
