import { once } from "node:events";
import { cpSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { describeLocally, type LocalScenario, openLocally, shareLocally } from "../support/local-scenario.ts";
import { sql } from "../support/local-sql.ts";
import { until } from "../support/scenario-probes.ts";

const stateOf = async (stack: LocalScenario, service: string): Promise<string | undefined> => {
  const { json } = await stack.run(["status", "--json"]);
  return json.services?.find(({ name }) => name === service)?.state;
};

const mustRun = async (stack: LocalScenario, ...args: readonly string[]): Promise<string> => {
  const result = await stack.run(args);
  expect(result.exitCode, result.output).toBe(0);
  return result.stdout;
};

describeLocally("what is killed, one after the other on one stack", () => {
  const shared = shareLocally();

  test("a service must be seen as killed by the up that waits for it", async () => {
    const stack = shared();
    const up = stack.start(["up", "litellm", "--no-example"]);
    await until("litellm runs", async () => (await stack.pids())["litellm"] !== undefined, 110_000);
    const { litellm: pid = 0 } = await stack.pids();
    process.kill(pid, "SIGKILL");
    const { exitCode, output } = await up.done;
    expect(exitCode, output).toBe(5);
    expect(output).toMatch(/litellm exited with status 137/);
  });

  test("an up that is killed while LiteLLM makes its tables must be followed by one that finds each of them made once", async () => {
    const stack = shared();
    const up = stack.start(["up", "litellm", "--no-example"]);
    const migrated = `select count(*)::int from "_prisma_migrations"`;
    const made = async (): Promise<unknown> => (await sql(stack, migrated).catch(() => [[0]]))[0]?.[0];
    await until("the first tables are made", async () => Number(await made()) > 0, 200_000);
    up.kill("SIGKILL");
    await up.done;
    await mustRun(stack, "up", "--no-example");
    const twice = `select migration_name from "_prisma_migrations" group by 1 having count(finished_at) <> 1 or count(*) <> 1`;
    expect(await sql(stack, twice)).toEqual([]);
    expect(Number(await made())).toBeGreaterThan(100);
  });

  test("a service must be told by status and mended by up, each in turn, with every row kept", async () => {
    const stack = shared();
    await sql(stack, "create table kept (n int)");
    for (const [turn, service] of ["postgres", "langfuse", "litellm"].entries()) {
      await sql(stack, `insert into kept values (${turn})`);
      const before = await stack.pids();
      process.kill(before[service] ?? 0, "SIGKILL");
      await until(`${service} is seen as ended`, async () => (await stateOf(stack, service)) === "exited");
      expect((await stack.run(["status"])).exitCode).toBe(5);
      await mustRun(stack, "up", "--no-example");
      const { [service]: mended, ...others } = await stack.pids();
      expect(mended).not.toBe(before[service]);
      expect(before).toMatchObject(others);
      expect(await sql(stack, "select count(*)::int from kept")).toEqual([[turn + 1]]);
    }
  });
});

describeLocally("several at once", () => {
  test("two projects must run side by side", async () => {
    const [one, other] = await Promise.all([openLocally(), openLocally()]);
    await Promise.all([one, other].map((stack) => mustRun(stack, "up", "postgres")));
    await sql(one, "create table mine (n int)");
    expect(await sql(other, "select count(*)::int from pg_tables where tablename = 'mine'")).toEqual([[0]]);
    await mustRun(one, "down");
    expect(await stateOf(other, "postgres")).toBe("ready");
  });

  test("the same project from two terminals must start each service once", async () => {
    const stack = await openLocally();
    const both = await Promise.all([stack.run(["up", "postgres"]), stack.run(["up", "postgres"])]);
    for (const { exitCode, output } of both) expect(exitCode, output).toBe(0);
    expect(both.map(({ stderr }) => stderr).join("")).toContain("waiting for goat-dev up");
    expect(both.filter(({ stdout }) => stdout.includes("as configured"))).toHaveLength(1);
  });
});

describeLocally("where things are", () => {
  test("a moved project must keep its data", async () => {
    const stack = await openLocally();
    await mustRun(stack, "up", "postgres");
    await sql(stack, "create table kept (n int)");
    await mustRun(stack, "down");
    const moved = join(dirname(stack.folder), "moved");
    renameSync(stack.folder, moved);
    onTestFinished(() => renameSync(moved, stack.folder));
    const up = await stack.run(["up", "postgres"], { cwd: moved });
    expect(up.exitCode, up.output).toBe(0);
    expect(await sql(stack, "select count(*)::int from kept")).toEqual([[0]]);
    const down = await stack.run(["down"], { cwd: moved });
    expect(down.exitCode, down.output).toBe(0);
  });

  test("a stack must be left alone from another folder, also one that shares its state", async () => {
    const stack = await openLocally();
    await mustRun(stack, "up", "postgres");
    await sql(stack, "create table kept (n int)");
    const before = await stack.pids();
    const other = join(dirname(stack.folder), "other");
    cpSync(stack.folder, other, { recursive: true, filter: (path) => !path.endsWith("/.goat-dev") });
    symlinkSync(join(stack.folder, ".goat-dev"), join(other, ".goat-dev"));
    onTestFinished(() => rmSync(other, { recursive: true }));
    for (const args of [["up", "postgres"], ["restart"], ["down"], ["down", "--volumes", "--yes"]]) {
      const refused = await stack.run([...args, "--json"], { cwd: other });
      expect(refused, refused.output).toMatchObject({
        exitCode: 4,
        json: { error: { code: "stack-of-another-folder" } },
      });
      expect(refused.json.error?.message).toContain(`is the stack of ${stack.folder}/dev, not of ${other}/dev`);
    }
    expect(await stack.pids()).toEqual(before);
    expect(await sql(stack, "select count(*)::int from kept")).toEqual([[0]]);
  });

  test("a port that is taken must be named with its holder, before anything is made", async () => {
    const stack = await openLocally();
    const holder = createServer().listen(stack.ports.langfuse, "127.0.0.1");
    await once(holder, "listening");
    onTestFinished(() => void holder.close());
    const up = await stack.run(["up", "--json"]);
    expect(up).toMatchObject({ exitCode: 4, json: { error: { code: "port-taken" } } });
    expect(up.json.error?.message).toContain(`port ${stack.ports.langfuse} is taken by node`);
    expect(await stack.pids()).toEqual({});
  });

  test("a service that only a container can run must be refused before anything starts", async () => {
    const stack = await openLocally();
    stack.edit("dev/docker-compose.yml", (text) =>
      text.replace("services:\n", "services:\n  cache:\n    image: redis:7\n"),
    );
    const up = await stack.run(["up", "--json"]);
    expect(up).toMatchObject({ exitCode: 1, json: { error: { code: "engine-refused" } } });
    expect(up.json.error?.message).toContain("cache cannot run without Docker");
    expect(await stack.pids()).toEqual({});
  });

  test("a user whom the data does not know must be told with the one it was made with, whose name mends it", async () => {
    const stack = await openLocally();
    await mustRun(stack, "up", "postgres");
    await sql(stack, "create table kept (n int)");
    stack.setEnv({ POSTGRES_USER: "frieda" });
    const up = await stack.run(["up", "postgres", "--json"]);
    expect(up).toMatchObject({ exitCode: 5, json: { error: { code: "database-user-drift" } } });
    expect(up.json.error?.message).toContain("no user frieda: its volume was made with POSTGRES_USER=postgres");
    const set = await stack.run(["db", "set-password", "--json"]);
    expect(set).toMatchObject({ exitCode: 5, json: { error: { code: "database-user-drift" } } });
    expect(up.json.error?.fixes[0]?.command).toBe("goat-dev up --set POSTGRES_USER=postgres");
    const mended = await stack.run(["up", "postgres"], { env: { POSTGRES_USER: "postgres" } });
    expect(mended.exitCode, mended.output).toBe(0);
    expect(await sql(stack, "select count(*)::int from kept")).toEqual([[0]]);
  });

  test("a password that is not the data's must be told, and be mended by what the message says", async () => {
    const stack = await openLocally();
    await mustRun(stack, "up", "postgres");
    await sql(stack, "create table kept (n int)");
    stack.setEnv({ POSTGRES_PASSWORD: "another-one" });
    const up = await stack.run(["up", "postgres", "--json"]);
    expect(up).toMatchObject({ exitCode: 5, json: { error: { code: "database-password-drift" } } });
    await mustRun(stack, "db", "set-password");
    await mustRun(stack, "up", "postgres");
    stack.setEnv({ POSTGRES_PASSWORD: "postgres" });
    await mustRun(stack, "db", "set-password");
    expect(await sql(stack, "select count(*)::int from kept")).toEqual([[0]]);
  });
});
