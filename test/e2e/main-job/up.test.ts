import { expect, test } from "vitest";
import { describeOnEngine, shareScenario } from "../../support/scenario-hooks.ts";

describeOnEngine("up", () => {
  const stack = shareScenario();

  test("up must bring three ready services, the models, an answer and its trace", async () => {
    const up = await stack().run(["up", "--json"]);
    expect(up.stderr).toContain("trace");
    expect(up).toMatchObject({ exitCode: 0, json: { version: 1, ok: true, stack: stack().name } });
    const { services, gateway, example, trace, changed } = up.json;
    expect(services?.map(({ name, state }) => `${name} ${state}`)).toEqual([
      "postgres ready",
      "langfuse ready",
      "litellm ready",
    ]);
    expect(changed).toEqual(["postgres", "langfuse", "litellm"]);
    expect(gateway).toMatchObject({ url: `http://localhost:${stack().ports.litellm}/v1`, usable: ["llama-3.3-70b"] });
    expect(gateway?.models).toContain("text-embedding-3-small");
    expect(example).toMatchObject({ model: "llama-3.3-70b", text: "Hello from llama-3.3-70b" });
    expect(trace?.url).toContain(`http://localhost:${stack().ports.langfuse}/`);
  });
});
