import { expect, test } from "vitest";
import { describeOnEngine, openScenario, shareScenario } from "../../support/scenario-hooks.ts";
import { countTraces } from "../../support/scenario-probes.ts";
import { statefulTests } from "../../support/stateful-suite.ts";

const noKeys = {
  GROQ_API_KEY: "",
  OPENAI_API_KEY: "",
  AZURE_API_KEY: "",
  AZURE_API_BASE: "",
  ANTHROPIC_API_KEY: "",
};

describeOnEngine("a demo, and the stateful half in containers", { timeout: 300_000 }, () => {
  const shared = shareScenario({ env: noKeys });

  test("up --demo must answer, trace and say how to leave, without any key", async () => {
    const stack = shared();
    const config = stack.read("dev/litellm-config.yaml");
    const up = await stack.run(["up", "--demo"]);
    expect(up.exitCode, up.output).toBe(0);
    expect(up.stderr).toMatch(/^✔ gateway +5 models routed, each answers from the config itself$/m);
    expect(up.stderr).toMatch(/^✔ example +gpt-4o-mini answered in .*"Hello from the demo/m);
    expect(up.stderr).toMatch(/^✔ trace +seen in the trace recorder/m);
    expect(up.stdout).toMatch(/^ {2}Admin +http:\/\/localhost:\d+\/ui +admin \/ sk-dev-key$/m);
    expect(up.stdout).toContain("This is a demo");
    expect(await countTraces(stack)).toBe(1);
    expect(stack.read("dev/litellm-config.yaml")).toBe(config);

    const status = await stack.run(["status"]);
    expect(status).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("This is a demo") });
  });

  test("an edit of the user's config must be planned as a reload of the demo, and be one", async () => {
    const stack = shared();
    const ids = async () => (await stack.containers()).map(({ id }) => id);
    const before = await ids();
    stack.edit("dev/litellm-config.yaml", (text) => text.replace("model_name: gpt-4o-mini", "model_name: renamed"));
    const plan = await stack.run(["up", "--demo", "--plan"]);
    expect(plan.stdout).toContain("reload-service");
    const up = await stack.run(["up", "--demo", "--no-example"]);
    expect(up).toMatchObject({ exitCode: 0, stderr: expect.not.stringContaining("still reads") });
    expect((await stack.run(["models", "--json"])).stdout).toContain("renamed");
    expect(await ids()).toEqual(before);
    stack.edit("dev/litellm-config.yaml", (text) => text.replace("model_name: renamed", "model_name: gpt-4o-mini"));
    expect((await stack.run(["up", "--demo", "--no-example"])).exitCode).toBe(0);
  });

  statefulTests(shared);

  test("up with a key must leave the demo", async () => {
    shared().setEnv({ GROQ_API_KEY: "gsk_a_key_that_no_provider_has_given" });
    const left = await shared().run(["up", "--no-example", "--json"]);
    expect(left).toMatchObject({ exitCode: 0, json: { ok: true, demo: false, changed: ["litellm"] } });
  });
});

describeOnEngine("up without a key", () => {
  test("on a terminal must offer a demo", async () => {
    const stack = await openScenario({ env: noKeys });
    const up = stack.start(["up", "postgres"], { tty: true });
    await up.until(/none, show me a demo/);
    // Upwards from the first choice is the last one.
    up.write("\u001b[A\r");
    const { exitCode, output } = await up.done;
    expect(exitCode, output).toBe(0);
    expect((await stack.run(["status", "--json"])).json).toMatchObject({ demo: true });
  });
});
