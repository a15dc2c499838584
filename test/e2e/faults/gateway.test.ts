import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, inject, onTestFinished, test } from "vitest";
import { docker } from "../../support/docker.ts";
import type { Scenario } from "../../support/scenario.ts";
import { fakeKey } from "../../support/scenario-base.ts";
import { describeOnEngine, shareScenario } from "../../support/scenario-hooks.ts";
import { type Provider, startProvider } from "./provider.ts";
import { expectWell, failureOf } from "./small-stack.ts";

const configFile = "dev/litellm-config.yaml";
const composeFile = "dev/docker-compose.yml";

/** The shipped routes as they are, which nobody answers for. */
const takeShippedConfig = (stack: Scenario): void =>
  stack.write(configFile, readFileSync(join(dirname(dirname(inject("e2e").bin)), configFile), "utf8"));

/** Changes when LiteLLM is replaced, restarted or stopped. */
const lifeOf = async (stack: Scenario): Promise<string> => {
  const { id, startedAt, restarts, status } = await stack.container("litellm");
  return `${id} ${startedAt} ${restarts} ${status}`;
};

/** A chat route to a provider on this machine, as containers of the stack reach it. */
const addRoute = async (stack: Scenario, port: number): Promise<void> => {
  const format = "{{(index .IPAM.Config 0).Gateway}}";
  const host = await docker("network", "inspect", "--format", format, `${stack.name}_default`);
  const route = `
  - model_name: nearby
    litellm_params:
      model: openai/gpt-4o-mini
      api_key: os.environ/OPENAI_API_KEY
      api_base: http://${host}:${port}/v1
`;
  stack.edit(configFile, (text) => text.replace("\nlitellm_settings:", `${route}\nlitellm_settings:`));
};

describeOnEngine("the gateway", () => {
  const [refusedKey, goodKey] = [fakeKey().replace("gsk_", "sk-"), fakeKey().replace("gsk_", "sk-")];
  const shared = shareScenario({ env: { GROQ_API_KEY: "", OPENAI_API_KEY: refusedKey } });
  let provider: Provider;
  beforeAll(async () => {
    provider = await startProvider();
  });
  afterAll(async () => provider[Symbol.asyncDispose]());

  const ready = async (stack: Scenario): Promise<void> => {
    const status = await stack.run(["status", "--json"]);
    expect(status.exitCode, status.output).toBe(0);
  };

  test("up with an OpenAI key alone must succeed, say that there is no chat model, and how to add one", async () => {
    const stack = shared();
    takeShippedConfig(stack);
    const up = await expectWell(stack);
    expect(up.json).toMatchObject({ example: null, trace: null, gateway: { usable: ["text-embedding-3-small"] } });
    expect(up.stderr).toContain("no chat model for your keys");
    expect(up.stderr).toMatch(/Add its key to \.env, or a route to dev\/litellm-config\.yaml, then: goat-dev up/);
  });

  test("the gateway's own key in the shell must not replace OpenAI's of .env, and a note must say so", async () => {
    const stack = shared();
    const before = await lifeOf(stack);
    const up = await stack.run(["up", "--json"], { env: { OPENAI_API_KEY: "sk-dev-key" } });
    expect(up.exitCode, up.output).toBe(0);
    expect(up.stderr).toContain("it is not used as OpenAI's");
    expect(await lifeOf(stack)).toBe(before);
    expect((await stack.container("litellm")).environment).toContain(`OPENAI_API_KEY=${refusedKey}`);
  });

  test.for([
    ["up", "litellm_settings:\n   - [\n", /^dev\/litellm-config\.yaml:\d+:\d+ /],
    ["restart", "model_list:\n  - model_name: half\n", /^dev\/litellm-config\.yaml:2:\d+ .*litellm_params/],
  ] as const)(
    "%s must refuse a config that cannot be read, and not stop the running gateway",
    async ([command, text, place]) => {
      const stack = shared();
      const before = await lifeOf(stack);
      const good = stack.read(configFile);
      onTestFinished(() => stack.write(configFile, good));
      stack.write(configFile, text);
      const error = failureOf(await stack.run([command, "--json"]), 2, "gateway-config-invalid");
      expect(
        [error.message, ...error.evidence].some((line) => place.test(line)),
        error.text,
      ).toBe(true);
      expect(await lifeOf(stack)).toBe(before);
      stack.write(configFile, good);
      await expectWell(stack);
      expect(await lifeOf(stack)).toBe(before);
    },
  );

  test("a provider's refusal must be told in its own words without the key, and leave the stack up", async () => {
    const stack = shared();
    await addRoute(stack, provider.port);
    const up = await stack.run(["up", "--json"]);
    const error = failureOf(up, 6, "provider-refused");
    expect(error.message).toBe("the server behind nearby refuses OPENAI_API_KEY");
    expect(error.text).toContain("Incorrect API key provided");
    expect(up.output).not.toContain(refusedKey);
    expect(error.fixes[0]?.command).toBe("goat-dev keys set OPENAI_API_KEY");
    await ready(stack);
  });

  test("up must prove the call and its trace once the key is replaced, as the fix says", async () => {
    const stack = shared();
    provider.accept(goodKey);
    stack.setEnv({ OPENAI_API_KEY: goodKey });
    const up = await expectWell(stack);
    expect(up.json).toMatchObject({
      changed: ["litellm"],
      example: { model: "nearby", text: "Hello from nearby" },
      trace: { id: expect.any(String) },
    });
  });

  test("a trace that cannot come must be told with its cause, and leave the stack up", {
    timeout: 300_000,
  }, async () => {
    const stack = shared();
    stack.edit(composeFile, (text) =>
      text.replace("LANGFUSE_HOST=http://langfuse:3000", "LANGFUSE_HOST=http://langfuse:9"),
    );
    const up = await stack.run(["up", "--json"]);
    const error = failureOf(up, 6, "trace-host-wrong");
    expect(error.message).toContain("names port 9");
    expect(up.stderr).toMatch(/✔ example +nearby answered/);
    expect(error.fixes.length).toBeGreaterThan(0);
    await ready(stack);
  });
});
