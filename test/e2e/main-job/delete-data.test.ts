import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { docker } from "../../support/docker.ts";
import type { Scenario } from "../../support/scenario.ts";
import { describeOnEngine, openScenario } from "../../support/scenario-hooks.ts";

const sql = async (scenario: Scenario, statement: string): Promise<string> => {
  const { id } = await scenario.container("postgres");
  return docker("exec", id, "psql", "--username", "postgres", "--dbname", "litellm", "-tAc", statement);
};

const dumps = (scenario: Scenario): readonly string[] => {
  const folder = scenario.path(".goat-dev", "snapshots");
  return readdirSync(folder).flatMap((name) => (name.endsWith(".gz") ? [`${folder}/${name}`] : []));
};

const withRows = async (): Promise<Scenario> => {
  const scenario = await openScenario();
  expect((await scenario.run(["up", "postgres"])).exitCode).toBe(0);
  await sql(scenario, "create table kept (word text); insert into kept values ('first'), ('second')");
  return scenario;
};

describeOnEngine("deleting data", () => {
  test("down --volumes must leave a copy of the database that gives every row back", async () => {
    const scenario = await withRows();
    const down = await scenario.run(["down", "--volumes", "--yes", "--json"]);
    expect(down.exitCode, down.output).toBe(0);
    expect(await scenario.volumes()).toEqual([]);
    const [dump = ""] = dumps(scenario);
    expect(statSync(dump).mode & 0o777).toBe(0o600);
    expect(down.json).toMatchObject({ dump: expect.stringContaining(".goat-dev/snapshots/") });

    expect((await scenario.run(["up", "postgres"])).exitCode).toBe(0);
    const { id } = await scenario.container("postgres");
    const input = gunzipSync(readFileSync(dump));
    execFileSync("docker", ["exec", "-i", id, "psql", "--quiet", "--username", "postgres"], {
      input,
      stdio: ["pipe", "ignore", "ignore"],
    });
    expect(await sql(scenario, "select string_agg(word, ' ' order by word) from kept")).toBe("first second");
  });

  test("down --volumes must save the data of a stack that is down already", async () => {
    const scenario = await withRows();
    expect((await scenario.run(["down"])).exitCode).toBe(0);
    const down = await scenario.run(["down", "--volumes", "--yes"]);
    expect(down.exitCode, down.output).toBe(0);
    expect(gunzipSync(readFileSync(dumps(scenario)[0] ?? "")).toString()).toContain("second");
    expect(await scenario.volumes()).toEqual([]);
  });

  test("down --volumes must delete nothing where no copy can be made, and --no-dump must go on without", async () => {
    const scenario = await withRows();
    scenario.write(".goat-dev/snapshots", "a file where the folder belongs");
    const refused = await scenario.run(["down", "--volumes", "--yes"]);
    expect(refused).toMatchObject({ exitCode: 1 });
    expect(refused.stderr).toContain("nothing was deleted, since no copy could be made");
    expect(refused.stderr).toContain("goat-dev down --volumes --no-dump");
    expect(await sql(scenario, "select count(*) from kept")).toBe("2");

    const down = await scenario.run(["down", "--volumes", "--no-dump", "--yes"]);
    expect(down.exitCode, down.output).toBe(0);
    expect(await scenario.volumes()).toEqual([]);
  });
});
