import { join } from "node:path";
import { messageOf } from "../../errors/describe.ts";
import { GoatError } from "../../errors/goat-error.ts";
import { listModels } from "../../gateway/access.ts";
import { readCatalogue, type VllmModel } from "../../gateway/catalogue.ts";
import { address } from "../../gateway/edit/new-entry.ts";
import { deadline } from "../../platform/deadline.ts";
import { list } from "../../platform/text.ts";
import { readTextIfThere } from "../../platform/text-file.ts";
import type { App } from "../app.ts";
import type { ProjectSession } from "../project.ts";

const limitMs = 3_000;

/** The models that vLLM serves in the cloud: the project's own table, else the package's. */
export function vllmModels({ environment }: ProjectSession, app: App): readonly VllmModel[] {
  const places = [environment.project.root, app.packageRoot].map((root) => join(root, "dev", "vllm-models.json"));
  for (const path of places) {
    const text = readTextIfThere(path);
    if (text !== undefined) return readCatalogue(text, path);
  }
  throw new GoatError("internal", "the package lacks dev/vllm-models.json");
}

/**
 * The entry for a vLLM server. Which model it serves is given as `route`, else known from dev/vllm-models.json by the
 * entry's name, else asked of the server itself. Throws usage.
 */
export async function vllmRequest(
  session: ProjectSession,
  {
    name,
    url,
    route: written,
  }: { readonly name?: string | undefined; readonly url?: string | undefined; readonly route?: string | undefined },
  app: App,
): Promise<{ readonly name: string; readonly route: string; readonly apiBase: string }> {
  if (name === undefined || url === undefined) {
    throw new GoatError("usage", `a vLLM model needs ${name === undefined ? "a name" : "the address of its server"}`, {
      fixes: [{ command: `goat-dev models add ${name ?? "NAME"} --vllm --url https://host/v1`, effect: "adds it" }],
    });
  }
  const apiBase = withVersion(address("--url", url));
  const known = vllmModels(session, app).find((model) => model.name === name)?.huggingFaceId;
  const route = written ?? (known === undefined ? await askServer(apiBase, name, app) : `openai/${known}`);
  return { name, apiBase, route: /^(?:openai|hosted_vllm)\//.test(route) ? route : `openai/${route}` };
}

/** vLLM serves OpenAI's protocol below /v1. */
function withVersion(url: string): string {
  return /^https?:\/\/[^/]+$/.test(url) ? `${url}/v1` : url;
}

async function askServer(apiBase: string, name: string, app: App): Promise<string> {
  using limit = deadline(app.signal, limitMs);
  const reason = await listModels({ baseUrl: apiBase, key: "not-needed", service: "vLLM" }, limit.signal).then(
    (models) => (models.length === 1 ? models : `it serves ${list(models) || "nothing"}`),
    (error: unknown) => {
      app.signal.throwIfAborted();
      return messageOf(error);
    },
  );
  if (typeof reason !== "string") return `openai/${reason[0]}`;
  throw new GoatError("usage", `which model ${apiBase} serves cannot be told: name it with --route`, {
    evidence: [reason],
    fixes: [
      { command: `goat-dev models add ${name} --vllm --url ${apiBase} --route openai/ORG/MODEL`, effect: "adds it" },
    ],
  });
}
