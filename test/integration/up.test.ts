import { expect, test } from "vitest";
import { openProject, secretKey } from "../support/goat-project.ts";

test("the first up must check, make, wait, prove, and say where everything is", async () => {
  const { goat } = await openProject();
  const { exitCode, out, err } = await goat(["up"]);
  expect(exitCode).toBe(0);
  expect(err).toMatchInlineSnapshot(`
    "✔ checks      groq key set · ports 15432 13001 14000 free · Docker 1 (test)
    ✔ postgres    created · ready in 1.2 s
    ✔ langfuse    created · ready in 1.2 s
    ✔ litellm     created · ready in 1.2 s
    ✔ gateway     2 models routed, 1 usable with your keys (llama-3.3-70b)
    ✔ example     llama-3.3-70b answered in 0.6 s: "Hello from Groq!"  31 tokens, $0.00002
    ✔ trace       seen in the trace recorder 0 ms later
    "
  `);
  expect(out).toMatchInlineSnapshot(`
    "Up in 3.6 s = postgres 1.2 + langfuse 1.2 + litellm 1.2 + example 0.6

      Gateway    http://127.0.0.1:14000/v1   key sk-dev-key (LITELLM_MASTER_KEY)
      Traces     http://localhost:13001   (trace recorder, in Langfuse's place)
      Postgres   postgresql://postgres@127.0.0.1:15432/litellm

    Point a program at it:   eval "$(goat-dev env)"   or   goat-dev run -- python my_program.py
    "
  `);
});

test("the second up must say in one line that nothing was to be done, and pay for no call", async () => {
  const { goat, engine } = await openProject();
  await goat(["up"]);
  const operations = engine.applied.length;
  const { exitCode, out, err } = await goat(["up"]);
  expect({ exitCode, out, err }).toMatchInlineSnapshot(`
    {
      "err": "",
      "exitCode": 0,
      "out": "✔ postgres, langfuse and litellm are ready and as configured (0 ms)
    ",
    }
  `);
  expect(engine.applied).toHaveLength(operations);
});

test("up --example must make the call although a kept proof still holds", async () => {
  const { goat } = await openProject();
  await goat(["up"]);
  expect((await goat(["up", "--example"])).err).toMatchInlineSnapshot(`
    "✔ example     llama-3.3-70b answered in 0.6 s: "Hello from Groq!"  31 tokens, $0.00002
    ✔ trace       seen in the trace recorder 0 ms later
    "
  `);
});

test("up --no-example must make no call", async () => {
  const { goat } = await openProject();
  expect((await goat(["up", "--no-example"])).err).not.toContain("example");
});

test("up --plan must show what would be done, and do nothing", async () => {
  const { goat, engine } = await openProject();
  const { exitCode, out, err } = await goat(["up", "--plan"]);
  expect({ exitCode, err }).toEqual({ exitCode: 0, err: "" });
  expect(out).toMatchInlineSnapshot(`
    "  network    create
      volume     create
      postgres   create
      langfuse   create
      litellm    create

    1 create-network goat_default: absent
    2 create-volume goat_postgres-data: absent
    3 create-container goat-postgres-1: absent (after 1, 2)
    4 create-container goat-langfuse-1: absent (after 1)
    5 create-container goat-litellm-1: absent (after 1)
    6 start-container goat-postgres-1: absent (after 3)
    7 await-ready goat-postgres-1: absent (after 6)
    8 start-container goat-langfuse-1: absent (after 4, 7)
    9 await-ready goat-langfuse-1: absent (after 8)
    10 start-container goat-litellm-1: absent (after 5, 9)
    11 await-ready goat-litellm-1: absent (after 10)
    "
  `);
  expect(engine.applied).toEqual([]);
  await goat(["up"]);
  expect((await goat(["up", "--plan"])).out).toBe("Nothing to do.\n");
});

test("after an edit of the LiteLLM config, only the gateway must be made anew, and the file named", async () => {
  const project = await openProject();
  await project.goat(["up"]);
  project.edit("dev/litellm-config.yaml", (text) => text.replace("gpt-5-mini\n", "gpt-5\n"));
  project.standIns.answers = { ...project.standIns.answers, models: ["llama-3.3-70b", "gpt-5"] };
  expect((await project.goat(["status"])).out).toMatchInlineSnapshot(`
    "  SERVICE   STATE  PORT   SINCE  MEMORY  CONFIG
      postgres  ready  15432  0 s    64 MB   as configured
      langfuse  ready  13001  0 s    64 MB   as configured (trace recorder in Langfuse's place)
      litellm   ready  14000  0 s    64 MB   dev/litellm-config.yaml changed after it started: goat-dev up
    "
  `);
  expect((await project.goat(["up", "--plan"])).out.replace(/contain[\w-]*_/g, "<id>_")).toMatchInlineSnapshot(`
    "  litellm   recreate: dev/litellm-config.yaml changed

    1 create-container <id>_goat-litellm-1: dev/litellm-config.yaml changed
    2 stop-container goat-litellm-1: dev/litellm-config.yaml changed (after 1)
    3 await-ready goat-postgres-1: as configured
    4 await-ready goat-langfuse-1: as configured (after 3)
    5 remove-container container-4: dev/litellm-config.yaml changed (after 2)
    6 rename-container <id>_goat-litellm-1 to goat-litellm-1: dev/litellm-config.yaml changed (after 5, 1)
    7 start-container goat-litellm-1: dev/litellm-config.yaml changed (after 1, 2, 6, 4)
    8 await-ready goat-litellm-1: dev/litellm-config.yaml changed (after 7, 6)
    "
  `);
  expect((await project.goat(["up"])).err).toMatchInlineSnapshot(`
    "✔ checks      groq key set · Docker 1 (test)
    ✔ litellm     recreated: dev/litellm-config.yaml changed · ready in 1.2 s
    ✔ gateway     2 models routed, 1 usable with your keys (llama-3.3-70b)
    ✔ example     llama-3.3-70b answered in 0.6 s: "Hello from Groq!"  31 tokens, $0.00002
    ✔ trace       seen in the trace recorder 0 ms later
    "
  `);
});

test("after an edit of .env, the variable must be named and its value must not", async () => {
  const project = await openProject();
  await project.goat(["up"]);
  project.edit(".env", (text) => text.replace(secretKey, "gsk_another_secret_9876543210"));
  const { out } = await project.goat(["up", "--plan", "--json"]);
  expect(JSON.parse(out)).toMatchObject({ drift: { litellm: ["environment GROQ_API_KEY"] } });
  expect(out).not.toContain("gsk_");
});

test("up with a service must bring that and what it needs, and prove nothing else", async () => {
  const { goat } = await openProject();
  const { out, err } = await goat(["up", "langfuse"]);
  expect(err).toMatchInlineSnapshot(`
    "✔ checks      ports 15432 13001 free · Docker 1 (test)
    ✔ postgres    created · ready in 1.2 s
    ✔ langfuse    created · ready in 1.2 s
    "
  `);
  expect(out).toMatchInlineSnapshot(`
    "Up in 2.4 s = postgres 1.2 + langfuse 1.2

      Traces     http://localhost:13001   (trace recorder, in Langfuse's place)
      Postgres   postgresql://postgres@127.0.0.1:15432/litellm
    "
  `);
});

test("a network that the file has changed must be made anew, with the containers on it", async () => {
  const { goat, edit } = await openProject();
  await goat(["up", "--no-example"]);
  edit("dev/docker-compose.yml", (text) => `${text}networks:\n  default: { internal: true }\n`);
  const { err } = await goat(["up", "--no-example"]);
  expect(err).toContain("litellm     recreated: network goat_default changed");
});
