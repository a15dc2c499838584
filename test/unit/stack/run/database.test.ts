import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { LocalDatabase } from "../../../../src/engine/engine.ts";
import { GoatError } from "../../../../src/errors/goat-error.ts";
import { databaseService, openDatabase, setDatabasePassword } from "../../../../src/stack/run/database.ts";
import { dumpDatabase } from "../../../../src/stack/run/dump.ts";
import { pageOf } from "../../../support/pg-authid-page.ts";
import { service, stackOf } from "../../../support/sample-stack.ts";
import type { ServiceScript } from "../../../support/simulated-engine/script.ts";
import { tempFolder } from "../../../support/temp.ts";
import { failureOf, openTestWorld, type TestWorld } from "../../../support/test-world.ts";

const environment = { POSTGRES_USER: "me", POSTGRES_PASSWORD: "new-password" };
const stack = stackOf(service("web"), service("db", { role: "database", environment }));

/** A database that was made, with answers to what is run inside its container. */
const made = async (exec: NonNullable<ServiceScript["exec"]>): Promise<TestWorld> => {
  const world = openTestWorld(stack, { services: { db: { exec } } });
  await world.up(stack);
  return world;
};

const opened = async (world: TestWorld) => {
  const database = await openDatabase(stack, world);
  if (database === null) throw new Error("no database");
  return database;
};

test("the database must be found by its role", () => {
  expect(databaseService(stack)?.name).toBe("db");
  expect(databaseService(stackOf(service("web")))).toBeNull();
});

test("a database that was never made must be none", async () => {
  expect(await openDatabase(stack, openTestWorld(stack))).toBeNull();
});

test("a database that stands still must be started and waited for", async () => {
  let asked = 0;
  const world = await made(() => {
    asked += 1;
    return { exitCode: asked < 3 ? 2 : 0, output: "" };
  });
  world.engine.exit("goat-db-1", 0);
  expect(await opened(world)).toMatchObject({ container: "goat-db-1", user: "me" });
  expect(world.engine.applied.at(-1)).toEqual({ type: "start-container", container: "goat-db-1" });
  expect(asked).toBe(3);
});

test("a database that never accepts connections must be told as that", async () => {
  const world = await made(() => ({ exitCode: 2, output: "no response" }));
  expect(await failureOf(opened(world))).toMatchObject({
    code: "service-not-ready",
    service: "db",
    message: expect.stringContaining("no response"),
  });
});

test("the password must reach psql by its environment alone: never by an argument", async () => {
  const calls: { readonly command: string; readonly env: Readonly<Record<string, string>> }[] = [];
  const world = await made((command, _volumes, env) => {
    calls.push({ command: command.join(" "), env });
    return { exitCode: 0, output: "" };
  });
  expect(await setDatabasePassword(stack, world)).toEqual({ user: "me" });
  expect(calls.at(-1)?.env).toEqual({ GOAT_USER: "me", GOAT_PASSWORD: "new-password" });
  expect(calls.map(({ command }) => command).join()).not.toContain("new-password");
});

test("a password that cannot be set must be told with what psql said", async () => {
  const world = await made(([program]) =>
    program === "sh" ? { exitCode: 3, output: "ERROR: permission denied" } : { exitCode: 0, output: "" },
  );
  expect(await failureOf(setDatabasePassword(stack, world))).toMatchObject({
    code: "database-password-drift",
    message: "the password of me could not be set",
    evidence: ["ERROR: permission denied"],
  });
});

const dumping = (exitCode: number) => (command: readonly string[]) =>
  command[0] === "pg_dumpall" ? { exitCode, output: "create table t;\n" } : { exitCode: 0, output: "" };

test("a dump must hold what the database said, for its owner alone", async () => {
  const world = await made(dumping(0));
  const file = join(tempFolder(), "dumps", "goat.sql.gz");
  const { bytes: size } = await dumpDatabase(await opened(world), file, world);
  expect(gunzipSync(readFileSync(file)).toString()).toBe("create table t;\n");
  expect(statSync(file)).toMatchObject({ size });
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test("half a dump must not be left behind", async () => {
  const world = await made(dumping(1));
  const file = join(tempFolder(), "goat.sql.gz");
  expect(await failureOf(dumpDatabase(await opened(world), file, world))).toMatchObject({ code: "engine-refused" });
  expect(existsSync(file)).toBe(false);
});

test("a folder that cannot be written must be told as that", async () => {
  const world = await made(dumping(0));
  const folder = tempFolder();
  const file = join(folder, "file", "goat.sql.gz");
  await dumpDatabase(await opened(world), join(folder, "file"), world);
  expect(await failureOf(dumpDatabase(await opened(world), file, world))).toMatchObject({ code: "file-unwritable" });
  expect(readdirSync(folder)).toEqual(["file"]);
});

describe("an engine that works on the data's own files", () => {
  const onFiles = async (health: ServiceScript = { health: { becomes: "healthy" } }) => {
    const db = service("db", { role: "database", environment, ready: { kind: "engine-health" } });
    const spec = stackOf(db);
    const world = openTestWorld(spec, { services: { db: { health: { becomes: "healthy" } } } });
    await world.up(spec);
    const calls: unknown[] = [];
    const localDatabase: LocalDatabase = {
      setPassword: async (container, login) => {
        calls.push({ container, login });
        world.engine.exit(container, 0);
        world.engine.script("db", health);
        await world.engine.apply({ type: "start-container", container }, { signal: world.signal, progress: () => {} });
      },
      save: async (container, file) => {
        calls.push({ container, file });
        return 42;
      },
      restore: async () => {},
    };
    return { spec, calls, context: { ...world, engine: Object.assign(world.engine, { localDatabase }) } };
  };

  test("must set the password there, and wait until the server it has started again answers", async () => {
    const { spec, calls, context } = await onFiles();
    expect(await setDatabasePassword(spec, context)).toEqual({ user: "me" });
    const login = { user: "me", password: "new-password" };
    expect(calls).toEqual([{ container: "goat-db-1", login }]);
    const { services } = await context.engine.observe({ stack: "goat", images: [] }, context.signal);
    expect(services[0]?.health).toBe("healthy");
  });

  test("must say so when the server does not come back with its new password", async () => {
    const { spec, context } = await onFiles({ health: { becomes: "unhealthy" } });
    expect(await failureOf(setDatabasePassword(spec, context))).toMatchObject({
      code: "service-not-ready",
      service: "db",
      message: "db was started anew, and does not accept the password of .env: its health check says unhealthy",
      fixes: [{ command: "goat-dev logs db" }],
    });
  });

  test("must write the copy itself, into a folder of the owner's", async () => {
    const { spec, calls, context } = await onFiles();
    const file = join(tempFolder(), "dumps", "goat.tar.gz");
    const database = await openDatabase(spec, context);
    if (database === null) throw new Error("no database");
    expect(await dumpDatabase(database, file, context)).toEqual({ bytes: 42, rows: null });
    expect(calls).toEqual([{ container: "goat-db-1", file }]);
    expect(statSync(dirname(file)).mode & 0o777).toBe(0o700);
  });

  test("must not be asked for a copy where its folder cannot be made", async () => {
    const { spec, calls, context } = await onFiles();
    const folder = tempFolder();
    writeFileSync(join(folder, "dumps"), "a file in the way");
    const database = await openDatabase(spec, context);
    if (database === null) throw new Error("no database");
    const work = dumpDatabase(database, join(folder, "dumps", "goat.tar.gz"), context);
    expect(await failureOf(work)).toMatchObject({ code: "file-unwritable" });
    expect(calls).toEqual([]);
  });
});

test("a user that the data does not know must be named with the one that it was made with", async () => {
  const page = pageOf([{ id: 10, name: "frieda" }]).toString("base64");
  const world = await made(([, , script = ""]) =>
    script.includes("base64") ? { exitCode: 0, output: page } : { exitCode: 0, output: "" },
  );
  expect(await failureOf(setDatabasePassword(stack, world))).toMatchObject({
    code: "database-user-drift",
    message: "db has no user me: its volume was made with POSTGRES_USER=frieda",
    fixes: [{ command: "goat-dev up --set POSTGRES_USER=frieda" }, { command: "goat-dev down --volumes" }],
  });
});

test("users that the engine cannot tell must keep nobody from setting the password", async () => {
  const world = await made(([, , script = ""]) => {
    if (script.includes("base64")) throw new GoatError("engine-refused", "no exec here");
    return { exitCode: 0, output: "" };
  });
  expect(await setDatabasePassword(stack, world)).toEqual({ user: "me" });
});
