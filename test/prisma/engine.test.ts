import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, inject, onTestFinished, test } from "vitest";
import { awkwardFolder, localPostgres } from "../support/local-postgres.ts";
import { freePorts } from "../support/ports.ts";
import { tempFolder } from "../support/temp.ts";
import { answered, ask, ended, isReady, one, parentOf, program, type Running, startEngine, until } from "./engine.ts";
import { engineEnvironment, urlOf } from "./environment.ts";
import { extras } from "./migrating.ts";
import { testScene } from "./scene.ts";

const { missing, machine, server } = inject("prisma");

describe.skipIf(missing !== null)("the query engine's program", () => {
  test("must tell the version that the client wants, without a database", async () => {
    const child = spawn(program, ["--version"], { env: { PATH: "/usr/bin:/bin" } });
    expect(await text(child.stdout)).toBe("query-engine ac9d7041ed77bcc8a8dbd2ab6616b39013829574\n");
  });

  test("must keep its compiled code for the next start", async () => {
    const cache = tempFolder();
    const engine = await startEngine(server, { XDG_CACHE_HOME: cache });
    await isReady(engine);
    engine.child.kill("SIGINT");
    await once(engine.child, "exit");
    const [folder = ""] = readdirSync(join(cache, "goat-dev", "code"));
    expect(readdirSync(join(cache, "goat-dev", "code", folder)).length).toBeGreaterThan(3);
  });

  test.each(["SIGTERM", "SIGINT", "SIGKILL"] as const)("must end with its parent, at %s", async (signal) => {
    const [port = 0] = await freePorts(1);
    const env = { ...engineEnvironment(urlOf(server)), PRISMA_DML_PATH: join(extras(), "schema.prisma") };
    const { parent, pid } = await parentOf(program, ["-p", String(port)], env);
    await isReady({ url: `http://127.0.0.1:${port}` } as Running);
    parent.kill(signal);
    await ended(pid);
  });

  test("must end with its parent while it waits for a database, too", async () => {
    const env = {
      ...engineEnvironment(urlOf({ ...server, port: 1 })),
      PRISMA_DML_PATH: join(extras(), "schema.prisma"),
    };
    const { parent, pid } = await parentOf(program, ["-p", "1"], { ...env, GOAT_DEV_DATABASE_WAIT_MS: "600000" });
    parent.kill("SIGKILL");
    await ended(pid);
  });

  test("must say as Prisma's own why it cannot start, and no password", async () => {
    const engine = await startEngine({ ...server, port: 1 }, { GOAT_DEV_DATABASE_WAIT_MS: "1" });
    expect(await once(engine.child, "exit")).toEqual([1, null]);
    const told = await engine.output;
    expect(JSON.parse(told)).toMatchObject({
      error_code: "P1001",
      is_panic: false,
      message: "Can't reach database server at `127.0.0.1`:`1`",
    });
    const wrong = await startEngine({ ...server, password: "wrong-secret" });
    expect(await once(wrong.child, "exit")).toEqual([1, null]);
    expect(JSON.parse(await wrong.output)).toMatchObject({ error_code: "P1000" });
    expect(await wrong.output).not.toContain("secret");
  });

  test("must log nothing of the data, whatever goes wrong", async () => {
    const options = await testScene().database();
    const engine = await startEngine(options);
    await isReady(engine);
    const secret = "s3cret-of-a-user";
    const make = (rest: string): string =>
      `mutation { result: createOneLiteLLM_UserTable(data: { user_id: "${secret}" ${rest} }) { user_id } }`;
    const queries = [
      make(""),
      make(""),
      make('metadata: "{oops"'),
      make("spend: 1.5.5 {"),
      `mutation { result: queryRaw(query: "SELECT '${secret}'::int", parameters: "[]") }`,
      `query { result: ${secret.replaceAll("-", "_")} { x } }`,
    ];
    for (const query of queries) await ask(engine, query);
    await fetch(engine.url, { method: "POST", body: secret });
    await fetch(`${engine.url}/transaction/start`, { method: "POST", body: secret });
    await fetch(`${engine.url}/transaction/${secret}/commit`, { method: "POST" });
    expect(await ask(engine, one)).toMatchObject(answered);
    engine.child.kill("SIGINT");
    expect(await engine.output).toBe("");
  });
});

describe.skipIf(missing !== null)("a Postgres that is away", () => {
  test("must be waited for at the start, and gone through later, without another engine", async () => {
    const { folder, remove } = awkwardFolder();
    onTestFinished(remove);
    const postgres = await localPostgres(machine, folder);
    const engine = await startEngine(postgres.login(), { GOAT_DEV_DATABASE_WAIT_MS: "60000" });
    await postgres.start();
    onTestFinished(() => postgres.stop());
    await isReady(engine);
    expect(await ask(engine, one)).toMatchObject(answered);
    for (const end of [() => postgres.kill(), () => postgres.stop()]) {
      const sleeping = ask(engine, `mutation { result: queryRaw(query: "SELECT pg_sleep(60)", parameters: "[]") }`);
      await until(async () =>
        (await postgres.query("SELECT 1 FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%'")).length > 0
          ? true
          : undefined,
      );
      await end();
      expect(await sleeping).toMatchObject({ errors: [{ user_facing_error: { error_code: "P1017" } }] });
      expect(await ask(engine, one)).toMatchObject({ errors: [{ user_facing_error: { error_code: "P1001" } }] });
      await postgres.start();
      await until(async () => ("data" in ((await ask(engine, one)) as object) ? true : undefined));
      // Every connection of the pool is one that works.
      const all = await Promise.all(Array.from({ length: 40 }, () => ask(engine, one)));
      expect(all.filter((answer) => JSON.stringify(answer).includes("errors"))).toEqual([]);
    }
    expect(engine.child.exitCode).toBeNull();
  });
});
