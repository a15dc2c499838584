import { cpSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeAll, expect, inject, test } from "vitest";
import type { CliResult } from "../../support/cli.ts";
import { goClient, pythonClients, toolchains } from "../../support/client-tools.ts";
import { docker } from "../../support/docker.ts";
import type { Scenario } from "../../support/scenario.ts";
import { describeOnEngine, shareScenario } from "../../support/scenario-hooks.ts";
import { startUpstream, type Upstream } from "./upstream.ts";

const found = await toolchains();
const isRequired = process.env["GOAT_DEV_REQUIRE_ENGINES"] === "1";
const buildTimeMs = 600_000;

/** Left out where a toolchain is not installed, unless everything has to run. */
const testWith = (version: string | null) => test.skipIf(version === null && !isRequired);

/** A vLLM of this machine, as containers reach it. */
const addLocalModel = async (stack: Scenario, port: number): Promise<void> => {
  const host = (await docker("network", "inspect", "--format", "{{(index .IPAM.Config 0).Gateway}}", "bridge")).trim();
  const route = `
  - model_name: nearby-local
    litellm_params: { model: openai/Qwen/Qwen3-4B, api_base: "http://${host}:${port}/v1", api_key: not-needed }
  - model_name: silent-local
    litellm_params: { model: openai/nobody, api_base: "http://${host}:1/v1", api_key: not-needed }
`;
  const fallbacks = "  fallbacks: [{ nearby-local: [silent-local, llama-3.3-70b] }]";
  stack.edit("dev/litellm-config.yaml", (text) =>
    text.replace("\nlitellm_settings:", `${route}\nlitellm_settings:\n${fallbacks}`),
  );
};

const expectHello = ({ exitCode, stdout, output }: CliResult): void => {
  expect(exitCode, output).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    model: "llama-3.3-70b",
    text: "Hello from llama-3.3-70b",
    totalTokens: expect.any(Number),
    costUsd: expect.any(Number),
    traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
    callId: expect.stringMatching(/./),
  });
};

describeOnEngine("programs and the gateway", () => {
  let upstream: Upstream;
  const shared = shareScenario({ env: { OPENAI_API_KEY: "sk-mocked-0123456789" } }, async (stack) => {
    upstream = await startUpstream();
    await addLocalModel(stack, upstream.port);
    const up = await stack.run(["up", "--no-example"]);
    expect(up.exitCode, up.output).toBe(0);
    const packageRoot = dirname(dirname(inject("e2e").bin));
    cpSync(join(packageRoot, "templates"), stack.path("templates"), { recursive: true });
    symlinkSync(join(packageRoot, "node_modules"), stack.path("node_modules"));
  });
  beforeAll(() => async () => upstream?.[Symbol.asyncDispose]());

  test("OpenAI's client for TypeScript must work through run, with nothing else set", async () => {
    expectHello(await shared().run(["run", "--", process.execPath, "templates/example/example.js", "--json"]));
  });

  testWith(found.python)(
    "OpenAI's client for Python must work through run, with nothing else set",
    async () => {
      const python = await pythonClients(found.python ?? "");
      expectHello(await shared().run(["run", "--", python, "templates/python/example.py", "--json"]));
    },
    buildTimeMs,
  );

  testWith(found.go)(
    "OpenAI's client for Go must work through run, with nothing else set",
    async () => {
      const program = await goClient(found.go ?? "");
      expectHello(await shared().run(["run", "--", program, "--json"]));
    },
    buildTimeMs,
  );

  test("run must hand input, output, exit status and signals through", async () => {
    const stack = shared();
    const cat = await stack.run(["run", "--", "sh", "-c", "cat; echo to stderr >&2; exit 7"], { input: "one\ntwo\n" });
    expect(cat).toMatchObject({ exitCode: 7, stdout: "one\ntwo\n", stderr: "to stderr\n" });
    const wait = "process.on('SIGTERM', () => process.exit(9)); setInterval(() => {}, 1000); console.log('waits')";
    const cli = stack.start(["run", "--", process.execPath, "-e", wait]);
    await cli.until(/waits/);
    process.kill(cli.pid, "SIGTERM");
    expect((await cli.done).exitCode).toBe(9);
    const killed = await stack.run(["run", "--", "sh", "-c", "kill -KILL $$"]);
    expect(killed.exitCode).toBe(137);
  });

  test("run must leave Ctrl-C to the command, which hears it once, and the terminal as it was", async () => {
    const stack = shared();
    const program = `
      let heard = 0;
      process.on("SIGINT", () => console.log("heard " + ++heard));
      process.stdin.on("data", () => process.exit(heard === 1 ? 5 : 6));
      console.log("waits");`;
    const cli = stack.start(["run", "--", process.execPath, "-e", program], { tty: true });
    await cli.until(/waits/);
    cli.interrupt();
    await cli.until(/heard 1/);
    cli.write("\n");
    expect((await cli.done).exitCode).toBe(5);

    // goat-dev inside goat-dev: the outer one's command sees the terminal that the inner one leaves.
    const inner = [process.execPath, inject("e2e").bin, "run", "--", "sh", "-c", "stty raw -echo; kill -KILL $$"];
    const script = `${inner.map((word) => `'${word}'`).join(" ")}; echo "ended $?"; stty -a`;
    const outer = await stack.start(["run", "--", "sh", "-c", script], { tty: true }).done;
    expect(outer.stdout).toContain("ended 137");
    expect(outer.stdout).toMatch(/[^-]icanon/);
    expect(outer.stdout).toMatch(/[^-]echo\b/);
  });

  test("ask must answer in a pipe, whole and as a stream, and example must end its loop", async () => {
    const stack = shared();
    for (const more of [[], ["--stream"]]) {
      const ask = await stack.run(["ask", "-m", "llama-3.3-70b", ...more], { input: "Why?" });
      expect(ask).toMatchObject({ exitCode: 0, stdout: "Hello from llama-3.3-70b\n" });
      expect(ask.stderr).toMatch(/llama-3\.3-70b: \d+ tokens, \$0\.\d+/);
    }
    upstream.answerWithTool();
    const example = await stack.run(["example", "--model", "nearby-local", "--json"]);
    expect(example.exitCode, example.output).toBe(0);
    expect(JSON.parse(example.stdout)).toMatchObject({
      text: "Hello from nearby",
      turns: 2,
      tools: [{ name: "current_time" }],
    });
  });

  test("drill must say which fallback answers, or that none does, and leave nothing of its copy", {
    timeout: buildTimeMs,
  }, async () => {
    const stack = shared();
    const answered = await stack.run(["drill", "nearby-local", "--json"]);
    expect(answered.exitCode, answered.output).toBe(0);
    const report = { ok: true, fallbacks: ["silent-local", "llama-3.3-70b"], answeredBy: "llama-3.3-70b", status: 200 };
    expect(JSON.parse(answered.stdout)).toMatchObject(report);
    const unanswered = await stack.run(["drill", "llama-3.3-70b", "--fault", "500"]);
    expect(unanswered.exitCode, unanswered.output).toBe(6);
    expect(unanswered.stdout).toContain(
      "llama-3.3-70b failed on purpose (500), and nobody answered: the config names no",
    );
    expect(await docker("ps", "--all", "--filter", "name=goat-drill-")).not.toContain("goat-drill-");
    expect(await docker("network", "ls", "--filter", "name=goat-drill-")).not.toContain("goat-drill-");
    expect((await stack.run(["status"])).exitCode).toBe(0);
  });

  test("the library must find the gateway, type failures and send extraBody untouched", async () => {
    const stack = shared();
    const packageRoot = dirname(dirname(inject("e2e").bin));
    const library = join(packageRoot, "dist/client/client.js");
    stack.write("library.mjs", libraryProgram(library));
    const { exitCode, stdout, output } = await stack.run(["run", "--", process.execPath, "library.mjs"]);
    expect(exitCode, output).toBe(0);
    const said = JSON.parse(stdout);
    expect(said.chat).toMatchObject({ text: "Hello from llama-3.3-70b", costUsd: expect.any(Number) });
    expect(said.stream).toMatchObject({
      pieces: "Hello from llama-3.3-70b",
      usage: { total_tokens: expect.any(Number) },
    });
    expect(said.embedding).toEqual([0.1, 0.2, 0.3]);
    expect(said.price.input).toBeGreaterThan(0);
    expect(said.localPrice).toEqual({ input: null, output: null, cachedInput: null });
    expect(said.failures).toEqual({
      unknown: ["unknown-model", "llama-3.3-70b"],
      key: ["bad-key", null],
      silent: ["provider-down", null],
    });
    expect(upstream.bodies.at(-1)).toMatchObject({ temperature: 0.3, top_k: 20, chat_template_kwargs: { deep: [1] } });
  });
});

const libraryProgram = (library: string): string => `
import { createClient, fetchPricing, gatewayConfig } from ${JSON.stringify(library)};
const config = gatewayConfig(process.env);
const gateway = createClient(config, { maxRetries: 0 });
const messages = [{ role: "user", content: "Hello" }];
const failureOf = async (client, model) => {
  const error = await client.chat({ model, messages }).catch((thrown) => thrown);
  return [error.kind, error.nearest];
};
const stream = { pieces: "" };
for await (const event of gateway.stream({ model: "llama-3.3-70b", messages })) {
  if (event.type === "text") stream.pieces += event.text;
  else stream.usage = event.answer.usage;
}
const { models } = await fetchPricing(gateway);
const embeddings = await gateway.openai.embeddings.create({ model: "text-embedding-3-small", input: "x", encoding_format: "float" });
const said = {
  chat: await gateway.chat({ model: "llama-3.3-70b", messages }),
  stream,
  embedding: embeddings.data[0].embedding,
  price: models.get("llama-3.3-70b"),
  localPrice: models.get("nearby-local"),
  failures: {
    unknown: await failureOf(gateway, "llama-3.3-7b"),
    key: await failureOf(createClient({ ...config, apiKey: "sk-wrong" }, { maxRetries: 0 }), "llama-3.3-70b"),
    silent: await failureOf(gateway, "silent-local"),
  },
};
await gateway.chat({ model: "nearby-local", messages, extraBody: { top_k: 20, chat_template_kwargs: { deep: [1] } } });
console.log(JSON.stringify(said));
`;
