import { expect, test } from "vitest";
import { describeOnEngine, shareScenario } from "../../support/scenario-hooks.ts";
import { chat, compose, hasTrace, idsOf, sql, until } from "../../support/scenario-probes.ts";

const extraModel = `model_list:
  - model_name: extra
    litellm_params: { model: groq/extra, mock_response: Hello from the edited config }`;

describeOnEngine("restart, and docker compose on what goat-dev made", { timeout: 300_000 }, () => {
  const stack = shareScenario({}, async (scenario) => {
    const up = await scenario.run(["up", "--no-example"]);
    expect(up.exitCode, up.output).toBe(0);
  });

  test("restart must refuse a config that cannot be read before it stops the running gateway", async () => {
    const before = await stack().container("litellm");
    const good = stack().read("dev/litellm-config.yaml");
    stack().write("dev/litellm-config.yaml", `${good}\n  broken: [`);
    const restart = await stack().run(["restart", "litellm", "--json"]);
    expect(restart).toMatchObject({ exitCode: 2, json: { ok: false, error: { code: "gateway-config-invalid" } } });
    expect(restart.json.error?.message).toMatch(/dev\/litellm-config\.yaml:\d+:\d+/);
    expect(await stack().container("litellm")).toMatchObject({ id: before.id, startedAt: before.startedAt });
    expect((await chat(stack(), "llama-3.3-70b")).status).toBe(200);
    stack().write("dev/litellm-config.yaml", good);
  });

  test("restart must take over an edited config, and wait until the gateway serves it", async () => {
    const before = await stack().containers();
    expect((await chat(stack(), "extra")).status).toBe(400);
    stack().edit("dev/litellm-config.yaml", (text) => text.replace("model_list:", extraModel));
    const restart = await stack().run(["restart", "litellm"]);
    const answer = await chat(stack(), "extra");
    expect(restart.exitCode).toBe(0);
    expect(restart.stdout).toMatch(/^Restarted in [\d.]+ s/);
    expect(restart.stderr).toMatch(/^✔ litellm +reloaded: dev\/litellm-config\.yaml changed · ready in/m);
    expect(restart.stderr).toMatch(/\+ extra/);
    expect(answer).toMatchObject({ status: 200, text: expect.stringContaining("Hello from the edited config") });
    const after = await stack().containers();
    expect(after.map(({ id, startedAt }) => [id, startedAt])).toEqual(before.map((c) => [c.id, c.startedAt]));
    expect((await stack().run(["status", "--json"])).json.services?.map(({ drift }) => drift)).toEqual([[], [], []]);
  });

  test("a config that LiteLLM itself refuses must leave the gateway as it was, with the reason", async () => {
    const good = stack().read("dev/litellm-config.yaml");
    const withAuth = "general_settings:\n  custom_auth: gone.check";
    stack().edit("dev/litellm-config.yaml", (text) => text.replace(/^general_settings:/m, withAuth));
    const up = await stack().run(["up", "--no-example", "--json"]);
    expect(up).toMatchObject({ exitCode: 2, json: { ok: false, error: { code: "reload-refused" } } });
    expect(`${up.json.error?.message} ${up.json.error?.evidence}`).toContain("gone");
    expect((await chat(stack(), "extra")).status).toBe(200);
    stack().write("dev/litellm-config.yaml", good);
    expect((await stack().run(["up", "--plan"])).stdout).toBe("Nothing to do.\n");
  });

  test("restart of an unchanged service must start the same container anew, and touch no other", async () => {
    const before = await stack().containers();
    const restart = await stack().run(["restart", "langfuse", "--json"]);
    expect(restart).toMatchObject({ exitCode: 0, json: { ok: true, changed: ["langfuse"] } });
    const after = await stack().containers();
    expect(after.map(({ id }) => id)).toEqual(before.map(({ id }) => id));
    const restarted = after.filter(({ startedAt }, index) => startedAt !== before[index]?.startedAt);
    expect(restarted.map(({ service }) => service)).toEqual(["langfuse"]);
  });

  test("restart --hard must start the same container anew, and not lose the trace of a call that was answered before it", async () => {
    const ask = async (traceId: string): Promise<void> => {
      const call = await chat(stack(), "llama-3.3-70b", "sk-dev-key", { metadata: { trace_id: traceId } });
      expect(call.status).toBe(200);
    };
    // The first call of a gateway loads what sends traces.
    await ask("before-the-last");
    await until("a trace", () => hasTrace(stack(), "before-the-last"));
    const before = await stack().container("litellm");
    await ask("the-last");
    expect((await stack().run(["restart", "litellm", "--hard"])).exitCode).toBe(0);
    expect(await hasTrace(stack(), "the-last")).toBe(true);
    const after = await stack().container("litellm");
    expect(after.id).toBe(before.id);
    expect(after.startedAt).not.toBe(before.startedAt);
  });

  test("docker compose restart must work on what goat-dev made, and leave it as configured", async () => {
    const before = await stack().container("litellm");
    await compose(stack(), "restart", "litellm");
    const after = await stack().container("litellm");
    expect(after.id).toBe(before.id);
    expect(after.startedAt).not.toBe(before.startedAt);
    await until("the gateway answers again", async () =>
      chat(stack(), "llama-3.3-70b").then(
        ({ status }) => status === 200,
        () => false,
      ),
    );
    await until("the gateway is ready again", async () => (await stack().run(["status"])).exitCode === 0);
    const { json } = await stack().run(["status", "--json"]);
    expect(json.services?.map(({ drift }) => drift)).toEqual([[], [], []]);
  });

  test("docker compose down must take away what goat-dev made, and keep the volume", async () => {
    await sql(stack(), "create table kept (word text); insert into kept values ('still here')");
    await compose(stack(), "down");
    expect(await stack().containers()).toEqual([]);
    expect(await stack().networks()).toEqual([]);
    expect(await stack().volumes()).toEqual([`${stack().name}_postgres-data`]);
  });

  test("status must see what docker compose made, and whether it is as configured", async () => {
    await compose(stack(), "--env-file", ".env", "up", "-d", "postgres");
    const status = await stack().run(["status"]);
    expect(status.exitCode).toBe(5);
    expect(status.stdout).toMatch(/postgres .*as configured/);
    expect(status.stdout).toMatch(/langfuse +absent/);
  });

  test("up must leave alone what docker compose made, and make the rest", async () => {
    const before = await idsOf(stack());
    const up = await stack().run(["up", "langfuse"]);
    expect(up.exitCode, up.output).toBe(0);
    const after = await idsOf(stack());
    expect(Object.keys(after)).toEqual(["langfuse", "postgres"]);
    expect(after).toMatchObject(before);
    expect(await sql(stack(), "select word from kept")).toBe("still here");
    expect(await stack().volumes()).toEqual([`${stack().name}_postgres-data`]);
  });
});
