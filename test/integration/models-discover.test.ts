import { describe, expect, test } from "vitest";
import { configText } from "../support/goat-files.ts";
import { openProject } from "../support/goat-project.ts";
import { startStandInModelServer } from "../support/stand-in-model-servers.ts";

const urls = async (...products: readonly Parameters<typeof startStandInModelServer>[0][]) => {
  const started = await Promise.all(products.map((product) => startStandInModelServer(product)));
  return started.flatMap((url) => ["--url", url]);
};

const found = (document: Readonly<Record<string, unknown>>) =>
  (document["models"] as readonly Readonly<Record<string, unknown>>[]).map(({ name, product, upstream, mode }) => [
    name,
    product,
    upstream,
    mode,
  ]);

describe("models discover", () => {
  test("must tell what each product serves, by what its list says, and leave out what is none", async () => {
    const { goat } = await openProject();
    const asked = await urls("ollama", "lmStudio", "vllm", "llamaCpp", "dockerModelRunner", "somethingElse", "silent");
    const { exitCode, json } = await goat(["models", "discover", ...asked, "--json"]);
    expect(exitCode).toBe(0);
    expect(found(json())).toEqual([
      ["qwen3:8b", "Ollama", "qwen3:8b", "chat"],
      ["nomic-embed-text:latest", "Ollama", "nomic-embed-text:latest", "embedding"],
      ["text-embedding-nomic-embed-text-v1.5", "LM Studio", "text-embedding-nomic-embed-text-v1.5", "embedding"],
      ["Qwen/Qwen3-8B", "vLLM", "Qwen/Qwen3-8B", "chat"],
      ["Llama-3.1-8B-Q4_K_M", "llama.cpp", "../models/Llama-3.1-8B-Q4_K_M.gguf", "chat"],
      ["ai/smollm2", "Docker Model Runner", "ai/smollm2", "chat"],
    ]);
  });

  test("a server without a model, and none at all, must be told as such", async () => {
    const { goat } = await openProject();
    const asked = await urls("emptyOllama");
    expect((await goat(["models", "discover", ...asked])).out).toContain("No model at ");
    const { exitCode, out } = await goat(["models", "discover", "--url", "http://127.0.0.1:9/v1"]);
    expect(exitCode).toBe(0);
    expect(out).toMatch(/^No model at http:\/\/127\.0\.0\.1:9\/v1\. Elsewhere: goat-dev models discover --url /);
  });

  test("one that is added must be named for a container, in this machine's config alone, and be known the next time", async () => {
    const cloud = "dev/litellm-config-modal.yaml";
    const { goat, read } = await openProject({ files: { [cloud]: configText } });
    const asked = ["--url", await startStandInModelServer("ollama", "0.0.0.0")];
    const base = (asked[1] ?? "").replace("127.0.0.1", "host.docker.internal");
    const { exitCode, out } = await goat(["models", "discover", ...asked, "--add", "qwen3:8b", "--yes"]);
    expect({ exitCode, out }).toMatchObject({ exitCode: 0 });
    expect(read("dev/litellm-config.yaml")).toBe(
      `${configText}  - model_name: qwen3:8b\n    litellm_params:\n      model: openai/qwen3:8b\n      api_base: ${base}\n      api_key: "not-needed"\n`,
    );
    expect(read("dev/docker-compose.yml")).toContain('extra_hosts: ["host.docker.internal:host-gateway"]');
    expect(read(cloud)).toBe(configText);
    expect((await goat(["models", "discover", ...asked])).out).toMatch(/qwen3:8b +Ollama .* in the config\n/);
    expect((await goat(["models", "check"])).out).not.toContain("qwen3:8b");
  });

  test("a server that listens on the loopback alone must be told with what to do, as no container reaches it", async () => {
    const { goat } = await openProject();
    const [, url = ""] = await urls("ollama");
    const remark = `Ollama at ${url} listens only on the loopback, which no container can reach: OLLAMA_HOST=0.0.0.0 ollama serve\n`;
    expect((await goat(["models", "discover", "--url", url])).out).toContain(`\n\n${remark}`);
    const { out } = await goat(["models", "discover", "--url", url, "--add", "qwen3:8b", "--yes"]);
    expect(out).toContain(`\n${remark}`);
    expect((await goat(["models", "discover", "--url", url, "--engine", "embedded"])).out).not.toContain(remark);
  });

  test("without Docker the route must go to this machine itself, and the Compose file stay", async () => {
    const { goat, read } = await openProject();
    const asked = await urls("llamaCpp");
    const before = read("dev/docker-compose.yml");
    await goat(["models", "discover", ...asked, "--engine", "embedded", "--add", "Llama-3.1-8B-Q4_K_M", "--yes"]);
    expect(read("dev/litellm-config.yaml")).toContain(
      `      model: openai/Llama-3.1-8B-Q4_K_M\n      api_base: ${asked[1]}\n`,
    );
    expect(read("dev/docker-compose.yml")).toBe(before);
  });

  test("what is not offered, and what two offer, must be refused with something to type; without a yes nothing is written", async () => {
    const { goat, read } = await openProject();
    const asked = await urls("ollama", "ollama");
    const wrong = await goat(["models", "discover", ...asked, "--add", "quen3:8b"]);
    expect(wrong).toMatchObject({ exitCode: 2 });
    expect(wrong.err).toContain("goat-dev models discover --add qwen3:8b");
    const two = await goat(["models", "discover", ...asked, "--add", "qwen3:8b"]);
    expect(two).toMatchObject({ exitCode: 2 });
    expect(two.err).toContain(`goat-dev models discover --url ${asked[1]} --add qwen3:8b`);
    const unasked = await goat(["models", "discover", ...asked.slice(0, 2), "--add", "qwen3:8b"]);
    expect(unasked).toMatchObject({ exitCode: 2 });
    expect(read("dev/litellm-config.yaml")).toBe(configText);
  });
});
