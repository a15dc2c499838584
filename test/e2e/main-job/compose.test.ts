import { expect, test } from "vitest";
import { describeOnEngine, shareScenario } from "../../support/scenario-hooks.ts";
import { compose, idsOf, sql, until } from "../../support/scenario-probes.ts";

describeOnEngine("docker compose and goat-dev on one stack", () => {
  const stack = shareScenario({}, async (scenario) => {
    const up = await scenario.run(["up", "--no-example"]);
    expect(up.exitCode, up.output).toBe(0);
  });

  test("docker compose restart must work on what goat-dev made, and leave it as configured", async () => {
    const before = await stack().container("litellm");
    await compose(stack(), "restart", "litellm");
    const after = await stack().container("litellm");
    expect(after.id).toBe(before.id);
    expect(after.startedAt).not.toBe(before.startedAt);
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
    await compose(stack(), "--env-file", ".env", "up", "-d", "postgres", "langfuse");
    const status = await stack().run(["status"]);
    expect(status.exitCode).toBe(5);
    expect(status.stdout).toMatch(/postgres .*as configured/);
    expect(status.stdout).toMatch(/litellm +absent/);
  });

  test("up must leave alone what docker compose made, and make the rest", async () => {
    const before = await idsOf(stack());
    const up = await stack().run(["up", "--no-example"]);
    expect(up.exitCode, up.output).toBe(0);
    const after = await idsOf(stack());
    expect(Object.keys(after)).toEqual(["langfuse", "litellm", "postgres"]);
    expect(after).toMatchObject(before);
    expect(await sql(stack(), "select word from kept")).toBe("still here");
    expect(await stack().volumes()).toEqual([`${stack().name}_postgres-data`]);
  });
});
