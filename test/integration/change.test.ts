import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openProject } from "../support/goat-project.ts";

const noSignal = new AbortController().signal;

test("down must leave no container and no network, and keep the data", async () => {
  const { goat, engine } = await openProject();
  await goat(["up"]);
  const { exitCode, out, err } = await goat(["down"]);
  expect({ exitCode, out, err }).toMatchInlineSnapshot(`
    {
      "err": "✔ litellm     removed
    ✔ langfuse    removed
    ✔ postgres    removed
    ",
      "exitCode": 0,
      "out": "Removed 3 containers and 1 network in 0 ms; data stays in goat_postgres-data.
    ",
    }
  `);
  const left = await engine.observe({ stack: "goat", images: [] }, noSignal);
  expect(left).toMatchObject({ services: [], networks: [], volumes: [{ name: "goat_postgres-data" }] });
});

test("down where nothing runs must say so, and where the data is", async () => {
  const { goat } = await openProject();
  expect((await goat(["down"])).out).toBe("Nothing was running.\n");
  await goat(["up"]);
  await goat(["down"]);
  expect((await goat(["down"])).out).toMatchInlineSnapshot(`
    "Nothing was running; data stays in goat_postgres-data.
    "
  `);
});

test("down --volumes without a terminal and without --yes must be refused, with what it would delete", async () => {
  const { goat, engine } = await openProject();
  await goat(["up"]);
  const operations = engine.applied.length;
  const { exitCode, out, err } = await goat(["down", "--volumes"]);
  expect({ exitCode, out }).toEqual({ exitCode: 2, out: "" });
  expect(err).toMatchInlineSnapshot(`
    "this deletes goat_postgres-data (0 B), and nobody is here to ask   [confirmation-needed]

      fix        goat-dev down --volumes --yes   deletes without asking
    "
  `);
  expect(engine.applied).toHaveLength(operations);
});

const dumping = {
  exec: (command: readonly string[]) =>
    command[0] === "pg_dumpall" ? { exitCode: 0, output: "-- data\n" } : { exitCode: 0, output: "" },
};

test("down --volumes --yes must keep a copy of the data before it goes", async () => {
  const { goat, folder, engine, neutral } = await openProject({ services: { postgres: dumping } });
  await goat(["up"]);
  const { exitCode, out } = await goat(["down", "--volumes", "--yes"]);
  expect(exitCode).toBe(0);
  expect(neutral(out)).toMatchInlineSnapshot(`
    "Removed 3 containers, 1 network and 1 volume (goat_postgres-data) in 1.2 s.
    A copy of the database is in .goat-dev/snapshots/goat-2026-01-01T00-00-04.sql.gz (28 B): goat-dev up, then goat-dev db restore goat-2026-01-01T00-00-04
    "
  `);
  expect(readdirSync(join(folder, ".goat-dev/snapshots")).filter((name) => name.endsWith(".gz"))).toHaveLength(1);
  expect((await engine.observe({ stack: "goat", images: [] }, noSignal)).volumes).toEqual([]);
});

test("when no copy can be made, nothing must be deleted", async () => {
  const failing = {
    exec: (command: readonly string[]) => ({ exitCode: command[0] === "pg_dumpall" ? 1 : 0, output: "no space" }),
  };
  const { goat, engine } = await openProject({ services: { postgres: failing } });
  await goat(["up"]);
  const { exitCode, err } = await goat(["down", "--volumes", "--yes"]);
  expect(exitCode).not.toBe(0);
  expect(err).toMatchInlineSnapshot(`
    "nothing was deleted, since no copy could be made: the data of postgres could not be saved   [engine-refused]

      fix        goat-dev down --volumes --no-dump   deletes the data without a copy
    "
  `);
  expect((await engine.observe({ stack: "goat", images: [] }, noSignal)).services).toHaveLength(3);
});

test("restart must stop and start what is named, wait until it is ready, and make no call", async () => {
  const { goat, engine } = await openProject();
  await goat(["up"]);
  const before = engine.applied.length;
  const { exitCode, out, err } = await goat(["restart", "litellm"]);
  expect({ exitCode, out }).toEqual({ exitCode: 0, out: "Restarted in 1.2 s = litellm 1.2\n" });
  expect(err).toMatchInlineSnapshot(`
    "✔ checks      groq key set · Docker 1 (test)
    ✔ litellm     restarted · ready in 1.2 s
    ✔ gateway     2 models routed, 1 usable with your keys (llama-3.3-70b)
    "
  `);
  expect(engine.applied.slice(before)).toMatchObject([
    { type: "stop-container", container: "goat-litellm-1" },
    { type: "start-container", container: "goat-litellm-1" },
  ]);
});

test("restart must take over what changed in .env", async () => {
  const project = await openProject();
  await project.goat(["up"]);
  project.edit(".env", (text) => text.replace("GROQ_API_KEY=gsk_", "GROQ_API_KEY=gsk_new_"));
  expect((await project.goat(["restart", "litellm"])).err).toContain(
    "✔ litellm     recreated: environment GROQ_API_KEY changed · ready in 1.2 s",
  );
});

test("a container whose service is gone from the file must be told by up, and removed by down", async () => {
  const project = await openProject();
  project.edit("dev/docker-compose.yml", (text) =>
    text.replace("\nvolumes:\n", "\n  extra: { image: litellm:v1 }\nvolumes:\n"),
  );
  await project.goat(["up"]);
  project.edit("dev/docker-compose.yml", (text) => text.replace("  extra: { image: litellm:v1 }\n", ""));
  expect((await project.goat(["up"])).err).toMatchInlineSnapshot(`
    "warning: goat-extra-1 of goat is not in the Compose file any more: goat-dev down removes it
    "
  `);
  await project.goat(["down"]);
  expect((await project.engine.observe({ stack: "goat", images: [] }, noSignal)).services).toEqual([]);
});

test("db set-password must give the database the password of .env without showing it", async () => {
  const said: string[] = [];
  const exec = (command: readonly string[], _volumes: unknown, environment: Readonly<Record<string, string>>) => {
    said.push(`${command.join(" ")} ${Object.keys(environment).join(" ")} ${environment["GOAT_PASSWORD"] ?? ""}`);
    return { exitCode: 0, output: "" };
  };
  const project = await openProject({ services: { postgres: { exec } } });
  await project.goat(["up"]);
  project.edit(".env", (text) => `${text}POSTGRES_PASSWORD=another-password\n`);
  const { exitCode, out, err } = await project.goat(["db", "set-password"]);
  expect({ exitCode, err }).toEqual({ exitCode: 0, err: "" });
  expect(out).toMatchInlineSnapshot(`
    "postgres has the password of .env now. Next: goat-dev up
    "
  `);
  expect(said.at(-1)).toMatch(/GOAT_USER GOAT_PASSWORD another-password$/);
});

test("db set-password before there is a database must say what makes one", async () => {
  const { goat } = await openProject();
  const { exitCode, err } = await goat(["db", "set-password"]);
  expect(exitCode).toBe(5);
  expect(err).toMatchInlineSnapshot(`
    "there is no database yet, so it has no password to change   [service-not-ready]

      fix        goat-dev up   makes it with the password of .env
    "
  `);
});

test("--project-name must make a stack of its own beside the other", async () => {
  const { goat, engine } = await openProject();
  await goat(["-p", "second", "up", "postgres"]);
  const { services } = await engine.observe({ stack: "second", images: [] }, noSignal);
  expect(services.map(({ container }) => container)).toEqual(["second-postgres-1"]);
});
