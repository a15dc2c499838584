import { statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openProject } from "../support/goat-project.ts";

test("doctor must find nothing where nothing is wrong, up or not", async () => {
  const { goat } = await openProject();
  const before = await goat(["doctor"]);
  expect(before.exitCode).toBe(0);
  expect(before.out).toMatchInlineSnapshot(`
    "✔ node 20.19.0
    ✔ .env mode 0600
    ✔ Compose file valid: 3 services
    ✔ groq key set
    ✔ database password fits a URL
    ✔ all mounted files exist
    ✔ dev/litellm-config.yaml: 2 routes
    ✔ Docker 1 (test)
    ✔ ports 15432 13001 14000 free
    - postgres absent
    - langfuse absent
    - litellm absent

    No problem found.
    "
  `);
  await goat(["up"]);
  const { exitCode, out } = await goat(["doctor"]);
  expect(exitCode).toBe(0);
  expect(out).toMatchInlineSnapshot(`
    "✔ node 20.19.0
    ✔ .env mode 0600
    ✔ Compose file valid: 3 services
    ✔ groq key set
    ✔ database password fits a URL
    ✔ all mounted files exist
    ✔ dev/litellm-config.yaml: 2 routes
    ✔ Docker 1 (test)
    - no port to open
    ✔ postgres ready
    ✔ langfuse ready (trace recorder, in Langfuse's place)
    ✔ litellm ready

    No problem found.
    "
  `);
});

test("doctor must tell what is wrong and what to type, and end with its status", async () => {
  const { goat } = await openProject({ env: "POSTGRES_PASSWORD=p:a/s@s\n" });
  const { exitCode, out, err } = await goat(["doctor"]);
  expect({ exitCode, err }).toEqual({ exitCode: 2, err: "" });
  expect(out).toMatchInlineSnapshot(`
    "✔ node 20.19.0
    ✔ .env mode 0600
    ✔ Compose file valid: 3 services
    ✖ no provider key in .env: set one of AZURE_API_KEY with AZURE_API_BASE, GROQ_API_KEY, OPENAI_API_KEY or ANTHROPIC_API_KEY
    ✖ POSTGRES_PASSWORD would need URL-encoding in DATABASE_URL
    ✔ all mounted files exist
    ✔ dev/litellm-config.yaml: 2 routes
    ✔ Docker 1 (test)
    ✔ ports 15432 13001 14000 free
    - postgres absent
    - langfuse absent
    - litellm absent

    2 problems
      no-provider-key   no provider key in .env: set one of AZURE_API_KEY with AZURE_API_BASE, GROQ_API_KEY, OPENAI_API_KEY or ANTHROPIC_API_KEY
      fix               set GROQ_API_KEY=… in .env   any one of these variables will do
      fix               goat-dev up   on a terminal asks for a key and saves it
      fix               goat-dev up --demo   needs no key: the models answer from the config
      password-needs-encoding   POSTGRES_PASSWORD would need URL-encoding in DATABASE_URL
                                POSTGRES_PASSWORD holds a character that divides a URL (: / ? # [ ] @)
      fix                       set POSTGRES_PASSWORD in .env to letters, digits and - . _ ~   then goat-dev db set-password, where the database is already made
    "
  `);
});

test("doctor must tell a service that broke as a problem", async () => {
  const { goat, engine } = await openProject();
  await goat(["up"]);
  engine.exit("goat-litellm-1", 1);
  const { exitCode, out } = await goat(["doctor"]);
  expect(exitCode).toBe(5);
  expect(out.split("\n").slice(-6).join("\n")).toMatchInlineSnapshot(`
    "✖ litellm exited: exit status 1

    1 problem
      stack-not-ready   litellm exited: exit status 1
      fix               goat-dev logs litellm   shows what it said
    "
  `);
});

test("doctor must change nothing, not even a missing .env", async () => {
  const { goat, folder, engine } = await openProject({ env: null });
  const { out } = await goat(["doctor"]);
  expect(out).toContain("no .env yet: goat-dev up makes it");
  expect(() => statSync(join(folder, ".env"))).toThrow("ENOENT");
  expect(engine.applied).toEqual([]);
});

test("doctor --json must hold each check with its verdict", async () => {
  const { goat } = await openProject({ env: "" });
  const run = await goat(["doctor", "--json"]);
  expect(run.exitCode).toBe(2);
  expect(run.json()).toMatchObject({
    version: 1,
    ok: false,
    checks: expect.arrayContaining([expect.objectContaining({ verdict: "problem", code: "no-provider-key" })]),
  });
});

test("doctor must tell a Compose file's mistakes and an absent engine as problems", async () => {
  const project = await openProject({ unreachable: "no Docker engine answers" });
  expect(await project.goat(["doctor"])).toMatchObject({ exitCode: 3 });
  project.write("dev/docker-compose.yml", "services:\n  a: { imgae: x }\n");
  const { exitCode, out } = await project.goat(["doctor"]);
  expect(exitCode).toBe(2);
  expect(out).toMatchInlineSnapshot(`
    "✔ node 20.19.0
    ✔ .env mode 0600
    ✖ 2 mistakes in the Compose file, first dev/docker-compose.yml:2:3 "a" needs an image

    1 problem
      compose-invalid   2 mistakes in the Compose file, first dev/docker-compose.yml:2:3 "a" needs an image
                        dev/docker-compose.yml:2:3 "a" needs an image
                        dev/docker-compose.yml:2:8 unknown key "imgae": did you mean "image"?
      fix               $EDITOR +2 dev/docker-compose.yml   then: goat-dev up
    "
  `);
});
