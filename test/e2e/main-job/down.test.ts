import { expect, test } from "vitest";
import { describeOnEngine, shareScenario } from "../../support/scenario-hooks.ts";
import { idsOf, sql } from "../../support/scenario-probes.ts";

describeOnEngine("down", () => {
  const stack = shareScenario({}, async (scenario) => {
    const up = await scenario.run(["up", "langfuse"]);
    expect(up.exitCode, up.output).toBe(0);
    await sql(scenario, "create table kept (word text); insert into kept values ('still here')");
  });

  test("down must leave no container and no network, and keep the volume", async () => {
    const down = await stack().run(["down"]);
    expect(down.exitCode).toBe(0);
    expect(down.stdout).toMatch(/^Removed 2 containers and 1 network in .*; data stays in .*postgres-data\.$/m);
    expect(await stack().containers()).toEqual([]);
    expect(await stack().networks()).toEqual([]);
    expect(await stack().volumes()).toEqual([`${stack().name}_postgres-data`]);
  });

  test("down where nothing runs must succeed and say so", async () => {
    const down = await stack().run(["down"]);
    expect(down).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("Nothing was running") });
  });

  test("data must survive down and up", async () => {
    expect((await stack().run(["up", "langfuse"])).exitCode).toBe(0);
    expect(await sql(stack(), "select word from kept")).toBe("still here");
  });

  test("down --volumes must be refused where nobody can answer, and change nothing", async () => {
    const ids = await idsOf(stack());
    const down = await stack().run(["down", "--volumes"]);
    expect(down.exitCode).toBe(2);
    expect(down.stderr).toMatch(new RegExp(`${stack().name}_postgres-data \\(\\d+ MB\\)`));
    expect(down.stderr).toContain("goat-dev down --volumes --yes");
    expect(await idsOf(stack())).toEqual(ids);
    expect(await sql(stack(), "select word from kept")).toBe("still here");
  });

  test("down --volumes must ask on a terminal, by name and size, and take no for an answer", async () => {
    const ids = await idsOf(stack());
    const down = stack().start(["down", "--volumes"], { tty: true });
    await down.until(new RegExp(`${stack().name}_postgres-data \\(\\d+ MB\\)`));
    down.write("n\r");
    await down.done;
    expect(await idsOf(stack())).toEqual(ids);
    expect(await stack().volumes()).toEqual([`${stack().name}_postgres-data`]);
  });

  test("down --volumes --yes must delete the data", async () => {
    const down = await stack().run(["down", "--volumes", "--yes", "--json"]);
    expect(down).toMatchObject({ exitCode: 0, json: { ok: true } });
    expect(await stack().containers()).toEqual([]);
    expect(await stack().networks()).toEqual([]);
    expect(await stack().volumes()).toEqual([]);
  });
});
