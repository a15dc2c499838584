import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { docker } from "../../support/docker.ts";
import type { Scenario } from "../../support/scenario.ts";
import { describeOnEngine, openScenario } from "../../support/scenario-hooks.ts";
import { expectWell, failureOf, type } from "./small-stack.ts";

/** The shipped file with the database alone. */
const openDatabase = async (): Promise<Scenario> => {
  const stack = await openScenario();
  stack.edit("dev/docker-compose.yml", (text) => text.replace(/\n {2}langfuse:[\s\S]*\nvolumes:/, "\nvolumes:"));
  return stack;
};

const sql = async (stack: Scenario, text: string): Promise<string> =>
  docker("exec", (await stack.container("postgres")).id, "psql", "-U", "postgres", "-Atc", text);

describeOnEngine("a database with another password than .env", () => {
  test("up must say so, and db set-password must mend it without losing a row", async () => {
    const stack = await openDatabase();
    await expectWell(stack);
    await sql(stack, "create table kept as select generate_series(1, 1000) as id");
    stack.setEnv({ POSTGRES_PASSWORD: "another-password-9" });

    const up = await stack.run(["up", "--json"]);
    const error = failureOf(up, 5, "database-password-drift");
    expect(error.message).toContain("POSTGRES_PASSWORD is not the one its volume was made with");
    expect(error.text).toMatch(new RegExp(`volume ${stack.name}_postgres-data was made on \\d{4}-\\d\\d-\\d\\d`));
    expect(up.output).not.toContain("another-password-9");
    expect(error.fixes.map(({ command }) => command)).toEqual(["goat-dev db set-password", "goat-dev down --volumes"]);

    const mended = await type(stack, error.fixes[0]?.command ?? "");
    expect(mended).toMatchObject({ exitCode: 0 });
    expect(JSON.stringify(mended)).not.toContain("another-password-9");
    await expectWell(stack);
    expect(await sql(stack, "select count(*) from kept")).toBe("1000");
  });

  test("up must tell a DATABASE_URL that the database refuses, with LiteLLM's own words", async () => {
    const stack = await openScenario();
    const url = "postgresql://postgres:not-the-password@postgres:5432/litellm";
    stack.edit("dev/docker-compose.yml", (text) => text.replace(/- DATABASE_URL=\S+/, `- DATABASE_URL=${url}`));
    const up = await stack.run(["up", "litellm", "--json"]);
    const error = failureOf(up, 5, "database-url-refused");
    expect(error).toMatchObject({ service: "litellm", message: expect.stringContaining("DATABASE_URL holds another") });
    expect(error.text).toMatch(/P1000|password authentication failed/);
    expect(error.text).not.toContain("not-the-password");
    expect(await stack.container("postgres")).toMatchObject({ status: "running" });
  });

  test("db set-password must say so where there is no database yet", async () => {
    const stack = await openDatabase();
    const error = failureOf(await stack.run(["db", "set-password", "--json"]), 5, "service-not-ready");
    expect(error.message).toContain("there is no database yet");
    expect(error.fixes.map(({ command }) => command)).toEqual(["goat-dev up"]);
  });
});

describeOnEngine("a database that was made with another POSTGRES_USER than .env has now", () => {
  test("must be told as that by up and by db set-password, and the fix must bring it up with every row", async () => {
    const stack = await openDatabase();
    await expectWell(stack);
    await sql(stack, "create table kept as select generate_series(1, 1000) as id");
    stack.setEnv({ POSTGRES_USER: "frieda" });

    const error = failureOf(await stack.run(["up", "--json"]), 5, "database-user-drift");
    expect(error.message).toBe("postgres has no user frieda: its volume was made with POSTGRES_USER=postgres");
    expect(error.text).toContain(`volume ${stack.name}_postgres-data was made on`);
    failureOf(await stack.run(["db", "set-password", "--json"]), 5, "database-user-drift");

    const mended = await type(stack, error.fixes[0]?.command ?? "");
    expect(mended).toMatchObject({ exitCode: 0 });
    expect(await sql(stack, "select count(*) from kept")).toBe("1000");
  });

  test("must be deleted by down --volumes after a copy was made of it", async () => {
    const stack = await openDatabase();
    await expectWell(stack);
    await sql(stack, "create table kept as select 'precious' as word");
    stack.setEnv({ POSTGRES_USER: "frieda" });
    failureOf(await stack.run(["up", "--json"]), 5, "database-user-drift");

    const down = await stack.run(["down", "--volumes", "--yes"]);
    expect(down.exitCode, down.output).toBe(0);
    const folder = stack.path(".goat-dev", "snapshots");
    const dump = readdirSync(folder).find((name) => name.endsWith(".sql.gz")) ?? "";
    expect(gunzipSync(readFileSync(join(folder, dump))).toString()).toContain("precious");
    await expectWell(stack);
    expect(
      await docker(
        "exec",
        (await stack.container("postgres")).id,
        "psql",
        "-U",
        "frieda",
        "-d",
        "postgres",
        "-Atc",
        "select 1",
      ),
    ).toBe("1");
  });

  test("must be told by the name that it was made with, also where that is not postgres", async () => {
    const stack = await openDatabase();
    stack.setEnv({ POSTGRES_USER: "hildegard" });
    await expectWell(stack);
    stack.setEnv({ POSTGRES_USER: "postgres" });
    const error = failureOf(await stack.run(["up", "--json"]), 5, "database-user-drift");
    expect(error.message).toBe("postgres has no user postgres: its volume was made with POSTGRES_USER=hildegard");
    expect(await type(stack, error.fixes[0]?.command ?? "")).toMatchObject({ exitCode: 0 });
  });
});
