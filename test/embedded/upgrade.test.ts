import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { describeLocally, openLocally } from "../support/local-scenario.ts";
import { sql } from "../support/local-sql.ts";
import type { ScenarioBase } from "../support/scenario-base.ts";

/** What an earlier goat-dev has left: a record of the database in another version. */
const recordVersion = ({ path }: Pick<ScenarioBase, "path">, version: string): void => {
  const folder = path(".goat-dev");
  const [file = ""] = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(
    (name) => name.includes("containers") && name.endsWith("-postgres-1.json"),
  );
  const record = JSON.parse(readFileSync(join(folder, file), "utf8"));
  const image = `postgres ${version} (local)`;
  const changed = { ...record, image, fingerprint: { ...record.fingerprint, image: "another" } };
  writeFileSync(join(folder, file), JSON.stringify(changed));
};

describeLocally("an upgrade without Docker", () => {
  test("must take a snapshot, bring up what this goat-dev brings, and count that every row is there", async () => {
    const stack = await openLocally();
    expect((await stack.run(["up", "postgres"])).exitCode).toBe(0);
    await sql(stack, "create table kept as select generate_series(1, 1000) as id");
    expect((await stack.run(["upgrade"])).stdout).toContain("Nothing to upgrade.");
    recordVersion(stack, "16.3");
    const planned = await stack.run(["upgrade", "--plan"]);
    expect(planned.stdout).toMatch(/postgres +postgres 16\.3 \(local\) -> postgres 16\.\d+ \(local\)/);
    const upgraded = await stack.run(["upgrade", "--yes", "--json"]);
    expect(upgraded.exitCode, upgraded.output).toBe(0);
    expect(upgraded.json).toMatchObject({ done: true, variables: {}, back: null, rows: expect.any(Number) });
    expect(await sql(stack, "select count(*)::int from kept")).toEqual([[1000]]);
    expect((await stack.run(["upgrade"])).stdout).toContain("Nothing to upgrade.");
  });

  test("must leave data of another major alone, and say so", async () => {
    const stack = await openLocally();
    expect((await stack.run(["up", "postgres"])).exitCode).toBe(0);
    recordVersion(stack, "15.8");
    const refused = await stack.run(["upgrade", "--yes"]);
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toMatch(
      /nothing was changed: the data of postgres is of Postgres 15; .* has Postgres 16 alone/,
    );
    expect(refused.stderr).toContain("goat-dev up postgres");
  });
});
