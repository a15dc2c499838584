import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import {
  databaseService,
  dumpDatabase,
  openDatabase,
  setDatabasePassword,
} from "../../../../src/stack/run/database.ts";
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
  const size = await dumpDatabase(await opened(world), file, world);
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
