import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "../../src/platform/clock.ts";
import { tryLogin } from "../../src/platform/postgres.ts";
import { postgresRuntime } from "../../src/runtimes/postgres/runtime.ts";
import { type LocalPostgres, limitMs, localPostgres, untilAnswer, within } from "./local-postgres.ts";
import { type PostgresPlace, placeHook } from "./local-postgres-place.ts";

const initScripts = join(import.meta.dirname, "..", "..", "dev", "initdb");

/** What must hold whoever runs it. `place` is called in a hook. */
export const postgresSuite = (name: string, place: () => Promise<PostgresPlace>): void => {
  describe(name, { timeout: limitMs, sequential: true }, () => {
    const scene = placeHook(place);
    let server: LocalPostgres;

    beforeAll(async () => {
      const { machine, folder } = scene();
      const io = { signal: within(), progress: () => undefined };
      await postgresRuntime(machine).install(io);
      server = await localPostgres(machine, folder);
      cpSync(initScripts, join(folder, "initdb"), { recursive: true });
      await server.start();
    }, limitMs);
    afterAll(() => server?.stop());

    test("must serve both databases to the configured log-in, from any path", async () => {
      const found = await server.query<{ datname: string }>("select datname from pg_database order by datname");
      expect(found.map(({ datname }) => datname)).toEqual([
        "langfuse",
        "litellm",
        "postgres",
        "template0",
        "template1",
      ]);
    });

    test("must ask everybody for the password", async () => {
      expect(await untilAnswer(server.login("wrong"))).toBe("28P01");
    });

    test("must keep the password out of arguments, files and logs", () => {
      const { environment, logFolder } = server.local;
      const password = environment["POSTGRES_PASSWORD"] ?? "";
      const launch = postgresRuntime(scene().machine).launch(server.local);
      const logs = readdirSync(logFolder).map((file) => readFileSync(join(logFolder, file), "utf8"));
      expect(JSON.stringify(launch)).not.toContain("ecret");
      expect(logs.join("\n")).not.toContain(password);
      expect(readdirSync(join(server.data, ".."))).toEqual(["data"]);
    });

    test("must write its log with times in UTC where logs are read", () => {
      const file = readdirSync(server.local.logFolder).find((entry) => entry.startsWith("postgres-")) ?? "none";
      const text = readFileSync(join(server.local.logFolder, file), "utf8");
      expect(text).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} UTC LOG: {2}database system is ready/m);
    });

    test("must keep what was written when it is killed, with a query still at work", async () => {
      await server.query("create table kept (id int)");
      await server.query("insert into kept select generate_series(1, 1000)");
      const busy = server.with((connection) =>
        connection.query("/* busy */ do $$ begin loop perform 1; end loop; end $$"),
      );
      const lost = expect(busy).rejects.toThrow();
      const working = "select pid from pg_stat_activity where query like '/* busy */%' and state = 'active'";
      while ((await server.query(working)).length === 0) await systemClock.sleep(20, within());
      await server.kill();
      await server.start();
      await lost;
      expect(await server.query("select count(*)::int as rows from kept")).toEqual([{ rows: 1000 }]);
    });

    test("must start although its old number is another process's now", async () => {
      await server.kill();
      const file = join(server.data, "postmaster.pid");
      writeFileSync(file, readFileSync(file, "utf8").replace(/^\d+/, String(process.pid)));
      await server.start();
      expect(await untilAnswer(server.login())).toBe("ok");
    });

    test("must start on data that were copied with open modes, and keep the newest logs only", async () => {
      const { logFolder } = server.local;
      const old = (second: number): string => `postgres-20200101-00000${second}.log`;
      for (let second = 0; second < 9; second += 1) writeFileSync(join(logFolder, old(second)), "");
      await server.stop();
      chmodSync(server.data, 0o755);
      await server.start();
      expect(await untilAnswer(server.login())).toBe("ok");
      const logs = readdirSync(logFolder).filter((name) => name.startsWith("postgres-"));
      expect(logs.length).toBeLessThanOrEqual(5);
      expect(logs).not.toContain(old(0));
    });

    test("must end a server on its data that nobody knows of any more", async () => {
      const other = await localPostgres(scene().machine, scene().folder);
      await other.start();
      expect(await tryLogin(server.login(), within())).toMatchObject({ code: "ECONNREFUSED" });
      await other.stop();
      await server.start();
    });

    test("must set a password although the old one is forgotten, and go on", async () => {
      const password = 'n\'ew \\ "one" ü $1';
      const { user } = server.login();
      await server.database.setPassword("c", { user, password }, within());
      expect(await untilAnswer(server.login(password))).toBe("ok");
      expect(await untilAnswer(server.login())).toBe("28P01");
      await server.database.setPassword("c", { user, password: server.login().password }, within());
      expect(await untilAnswer(server.login())).toBe("ok");
    });

    test("must say which user a password cannot be set for, and go on", async () => {
      const setting = server.database.setPassword("c", { user: "nobody-known", password: "secret-9" }, within());
      await expect(setting).rejects.toMatchObject({
        code: "engine-refused",
        message: expect.stringContaining("nobody-known"),
      });
      await expect(setting).rejects.toMatchObject({ message: expect.not.stringContaining("secret-9") });
      expect(await untilAnswer(server.login())).toBe("ok");
    });

    test("must save a copy that only its owner reads and another server runs on", async () => {
      const { folder, machine } = scene();
      await server.query("create table saved as select 7 as seven");
      const file = join(folder, "data.tar.gz");
      const bytes = await server.database.save("c", file, within());
      expect(await untilAnswer(server.login())).toBe("ok");
      expect(statSync(file).mode & 0o777).toBe(0o600);
      expect(bytes).toBe(statSync(file).size);
      const copy = await localPostgres(machine, join(folder, "copy"));
      execFileSync("tar", ["-xzf", file, "-C", join(copy.data, "..")]);
      try {
        await copy.start();
        expect(await copy.query("select seven from saved")).toEqual([{ seven: 7 }]);
      } finally {
        await copy.stop();
      }
    });

    test("must refuse data of another major version, name both, and leave it alone", async () => {
      const other = await localPostgres(scene().machine, join(scene().folder, "other"));
      mkdirSync(other.data, { recursive: true });
      writeFileSync(join(other.data, "PG_VERSION"), "15\n");
      await expect(other.prepare()).rejects.toMatchObject({
        code: "database-version-mismatch",
        message: expect.stringMatching(/Postgres 15, and this is 16\.\d+; nothing is lost/),
      });
      expect(readdirSync(other.data)).toEqual(["PG_VERSION"]);
    });

    test("must not touch a folder of other things", async () => {
      const other = await localPostgres(scene().machine, join(scene().folder, "things"));
      mkdirSync(other.data, { recursive: true });
      writeFileSync(join(other.data, "letter.txt"), "dear");
      await expect(other.prepare()).rejects.toMatchObject({ code: "service-exited" });
      expect(readdirSync(other.data)).toEqual(["letter.txt"]);
    });

    test.each([
      ["a command of psql", "-- ä 𠮷\nselect 1;\nselect 'select 2'\\gexec\n", /1\.sql:3: \\gexec is a command of psql/],
      [
        "a database made beside other things",
        "create table t ();\ncreate database d;",
        /1\.sql: CREATE DATABASE .* a file of its own/,
      ],
    ])("must refuse in an init script %s, and say where", async (what, text, message) => {
      const folder = join(scene().folder, what);
      const fresh = await localPostgres(scene().machine, folder);
      mkdirSync(join(folder, "initdb"));
      writeFileSync(join(folder, "initdb", "1.sql"), text);
      await expect(fresh.prepare()).rejects.toMatchObject({
        code: "service-exited",
        message: expect.stringMatching(message),
      });
      expect(existsSync(join(fresh.data, "PG_VERSION"))).toBe(false);
    });

    test("must begin an interrupted set-up anew, and say which line of a script failed", async () => {
      // Short enough for a socket, and awkward in a list.
      const folder = join(scene().folder, "..", 'a, "b"');
      const fresh = await localPostgres(scene().machine, folder);
      const volumes = join(fresh.data, "..");
      const half = join(volumes, ".data.making-killed", "data");
      mkdirSync(half, { recursive: true });
      writeFileSync(join(half, "PG_VERSION"), "16\n");
      const scripts = join(folder, "initdb");
      mkdirSync(scripts);
      writeFileSync(join(scripts, "1.sql"), "create table fine ();\n\nselect nonsense;\n");
      await expect(fresh.prepare()).rejects.toMatchObject({
        code: "service-exited",
        message: expect.stringMatching(/1\.sql:3: .*nonsense/),
      });
      expect(existsSync(join(fresh.data, "PG_VERSION"))).toBe(false);
      const stop = new AbortController();
      const interrupted = fresh.prepare(stop.signal);
      stop.abort(new DOMException("stopped", "AbortError"));
      await expect(interrupted).rejects.toMatchObject({ name: "AbortError" });
      expect(readdirSync(volumes)).toEqual(["data"]);
      writeFileSync(join(scripts, "1.sql"), "create table fine ();");
      try {
        await fresh.start();
        expect(await fresh.query("select count(*)::int as rows from fine")).toEqual([{ rows: 0 }]);
      } finally {
        await fresh.stop();
      }
    });
  });
};
