import { expect, inject, test } from "vitest";
import { describeOnEngine, shareScenario } from "../../support/scenario-hooks.ts";
import { compose, countCalls, countTraces, idsOf, until } from "../../support/scenario-probes.ts";

describeOnEngine("up", () => {
  const stack = shareScenario();

  test("the first up must bring three ready services, the models, an answer and its trace, and say where everything is", async () => {
    const up = await stack().run(["up"]);
    const { postgres, langfuse, litellm } = stack().ports;
    expect(up.exitCode).toBe(0);
    for (const service of ["postgres", "langfuse", "litellm"]) {
      expect(up.stderr).toMatch(new RegExp(`^✔ ${service} +created · ready in [\\d.]+ s$`, "m"));
    }
    const engine = `${inject("e2e").product} \\d`;
    expect(up.stderr).toMatch(new RegExp(`^✔ checks +groq key set · ports \\d+ \\d+ \\d+ free · ${engine}`, "m"));
    expect(up.stderr).toMatch(/^✔ gateway +5 models routed, 1 usable with your keys \(llama-3\.3-70b\)$/m);
    expect(up.stderr).toMatch(
      /^✔ example +llama-3\.3-70b answered in .*"Hello from llama-3\.3-70b" {2}\d+ tokens, \$/m,
    );
    expect(up.stderr).toMatch(/^✔ trace +seen in the trace recorder .* later$/m);
    expect(up.stdout).toMatch(/^Up in [\d.a-z ]+ = .*litellm [\d.]+/);
    expect(up.stdout).toMatch(new RegExp(`Gateway +http://127.0.0.1:${litellm}/v1 .*sk-dev-key`));
    expect(up.stdout).toContain(`http://localhost:${langfuse}`);
    expect(up.stdout).toContain(`postgresql://postgres@127.0.0.1:${postgres}/litellm`);
    expect(up.stdout).toContain('eval "$(goat-dev env)"');
    expect(await countTraces(stack())).toBe(1);
  });

  test("docker compose ps must see the three as running, and healthy where the engine itself looks", async () => {
    // Podman has systemd look, which is not everywhere.
    const looks = inject("e2e").product === "Docker";
    const ps = async () =>
      (await compose(stack(), "ps", "--format", "json"))
        .trim()
        .split("\n")
        .map((line): { Service: string; State: string; Health: string } => JSON.parse(line))
        .map(({ Service, State, Health }) => [Service, State, ...(looks ? [Health] : [])].join(" "))
        .sort();
    await until("all are healthy for the engine too", async () => !(await ps()).some((line) => /starting$/.test(line)));
    const state = looks ? "running healthy" : "running";
    expect(await ps()).toEqual([`langfuse ${state}`, `litellm ${state}`, `postgres ${state}`]);
  });

  test("a second up must change nothing, make no call, and say so in one line", async () => {
    const ids = await idsOf(stack());
    const calls = await countCalls(stack());
    const up = await stack().run(["up"]);
    expect(up).toMatchObject({ exitCode: 0, stderr: "" });
    expect(up.stdout).toMatch(/^✔ postgres, langfuse and litellm are ready and as configured \([\d.]+ m?s\)\n$/);
    expect(await idsOf(stack())).toEqual(ids);
    expect(await countCalls(stack())).toBe(calls);
  });

  test("--example must make a call although the proof still holds, --no-example none, and JSON must hold both", async () => {
    const calls = await countCalls(stack());
    const without = await stack().run(["up", "--no-example", "--json"]);
    expect(without).toMatchObject({ exitCode: 0, json: { ok: true, example: null, trace: null } });
    expect(await countCalls(stack())).toBe(calls);

    const { exitCode, json } = await stack().run(["up", "--example", "--json"]);
    expect(exitCode).toBe(0);
    expect(json).toMatchObject({ version: 1, ok: true, stack: stack().name, changed: [] });
    expect(json.services?.map(({ name, role, state }) => `${name} ${role} ${state}`)).toEqual([
      "postgres database ready",
      "langfuse tracing ready",
      "litellm gateway ready",
    ]);
    const { litellm, langfuse } = stack().ports;
    expect(json.gateway).toMatchObject({ url: `http://127.0.0.1:${litellm}/v1`, usable: ["llama-3.3-70b"] });
    expect(json.gateway?.models).toHaveLength(5);
    expect(json.example).toMatchObject({ model: "llama-3.3-70b", text: "Hello from llama-3.3-70b" });
    expect(json.trace?.url).toContain(`http://localhost:${langfuse}/`);
    expect(await countCalls(stack())).toBe(calls + 1);
  });

  test("up --plan must name what would change and do nothing", async () => {
    const ids = await idsOf(stack());
    stack().edit("dev/litellm-config.yaml", (text) =>
      text.replace(
        "model_list:",
        "model_list:\n  - model_name: extra\n    litellm_params: { model: groq/extra, mock_response: extra }",
      ),
    );
    const plan = await stack().run(["up", "--plan"]);
    expect(plan).toMatchObject({ exitCode: 0, stderr: "" });
    expect(plan.stdout).toContain("dev/litellm-config.yaml changed");
    expect(plan.stdout).not.toMatch(/(create|stop|start)-container .*(postgres|langfuse)-1/);
    expect(await idsOf(stack())).toEqual(ids);
  });

  test("up after an edit of the LiteLLM config must reload litellm in its container, name the file, and serve the new model", async () => {
    const before = await idsOf(stack());
    const up = await stack().run(["up"]);
    expect(up.exitCode).toBe(0);
    expect(up.stderr).toMatch(/^✔ litellm .*dev\/litellm-config\.yaml changed.* ready in/m);
    expect(up.stderr).not.toMatch(/^✔ (postgres|langfuse) /m);
    expect(up.stderr).toMatch(/^✔ gateway +6 models routed/m);
    expect(await idsOf(stack())).toEqual(before);
  });

  test("up after a change of a key must have litellm take it over, name the variable and never its value", async () => {
    stack().setEnv({ ANTHROPIC_API_KEY: "sk-ant-a-new-secret-of-some-length" });
    const before = await idsOf(stack());
    const up = await stack().run(["up", "--no-example", "--verbose"]);
    expect(up.exitCode).toBe(0);
    expect(up.stderr).toMatch(/^✔ litellm .*environment ANTHROPIC_API_KEY changed/m);
    expect(up.output).not.toContain("sk-ant-a-new-secret-of-some-length");
    expect(await idsOf(stack())).toEqual(before);
    expect((await stack().container("litellm")).name).toBe(`${stack().name}-litellm-1`);
  });
});
