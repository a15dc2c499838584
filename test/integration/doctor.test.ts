import { statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openProject } from "../support/goat-project.ts";

test("doctor must find nothing where nothing is wrong, up or not", async () => {
  const { goat } = await openProject();
  const before = await goat(["doctor"]);
  expect(before.exitCode).toBe(0);
  expect(before.out).toMatchInlineSnapshot(`
    "✔ machine   node 20.19.0
    ✔           the disk has room
    ✔ files     .env mode 0600
    ✔           Compose file valid: 3 services
    ✔           database password fits a URL
    ✔           all mounted files exist
    ✔           dev/litellm-config.yaml: 2 routes
    ✔ keys      groq key set
    ✔ engine    Docker 1 (test)
    ✔ ports     ports 15432 13001 14000 free
    ✔ images    3 images here
    - database  postgres absent
    - tracing   langfuse absent
    - gateway   litellm absent

    No problem found.
    services that do not exist yet were not checked: goat-dev up creates them
    keys were not tried: goat-dev doctor --online asks the providers
    "
  `);
  await goat(["up"]);
  const { exitCode, out } = await goat(["doctor"]);
  expect(exitCode).toBe(0);
  expect(out).toMatchInlineSnapshot(`
    "✔ machine   node 20.19.0
    ✔           the disk has room
    ✔ files     .env mode 0600
    ✔           Compose file valid: 3 services
    ✔           database password fits a URL
    ✔           all mounted files exist
    ✔           dev/litellm-config.yaml: 2 routes
    ✔ keys      groq key set
    ✔ engine    Docker 1 (test)
    - ports     no port to open
    ✔ images    3 images here
    ✔ database  postgres ready
    ✔ tracing   langfuse ready (trace recorder, in Langfuse's place)
    ✔           langfuse takes the keys of .env
    ✔ gateway   litellm ready
    ✔ models    2 models served, 1 usable with your keys

    No problem found.
    keys were not tried: goat-dev doctor --online asks the providers
    "
  `);
});

test("doctor must tell what is wrong and what to type, and end with its status", async () => {
  const { goat } = await openProject({ env: "POSTGRES_PASSWORD=p:a/s@s\n" });
  const { exitCode, out, err } = await goat(["doctor"]);
  expect({ exitCode, err }).toEqual({ exitCode: 2, err: "" });
  expect(out).toMatchInlineSnapshot(`
    "✔ machine   node 20.19.0
    ✔           the disk has room
    ✔ files     .env mode 0600
    ✔           Compose file valid: 3 services
    ✖           POSTGRES_PASSWORD would need URL-encoding in DATABASE_URL
    ✔           all mounted files exist
    ✔           dev/litellm-config.yaml: 2 routes
    ✖ keys      no provider key in .env: set one of AZURE_API_KEY with AZURE_API_BASE, GROQ_API_KEY, OPENAI_API_KEY or ANTHROPIC_API_KEY
    ✔ engine    Docker 1 (test)
    ✔ ports     ports 15432 13001 14000 free
    ✔ images    3 images here
    - database  postgres absent
    - tracing   langfuse absent
    - gateway   litellm absent

    2 problems
      password-needs-encoding   POSTGRES_PASSWORD would need URL-encoding in DATABASE_URL
                                POSTGRES_PASSWORD holds a character that divides a URL (: / ? # [ ] @)
      fix                       set POSTGRES_PASSWORD in .env to letters, digits and - . _ ~   then goat-dev db set-password, where the database is already made
      no-provider-key   no provider key in .env: set one of AZURE_API_KEY with AZURE_API_BASE, GROQ_API_KEY, OPENAI_API_KEY or ANTHROPIC_API_KEY
      fix               goat-dev keys set groq   asks for it, hidden, and writes it into .env; or azure, openai, anthropic
      fix               goat-dev up --demo   needs no key: the models answer from the config
    services that do not exist yet were not checked: goat-dev up creates them
    keys were not tried: goat-dev doctor --online asks the providers
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
    "1 problem
      service-exited   litellm exited: exit status 1
      fix              goat-dev up   starts it
      fix              goat-dev logs litellm   shows the whole log; no cause is known for this
    keys were not tried: goat-dev doctor --online asks the providers
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
    "✔ machine   node 20.19.0
    ✔           the disk has room
    ✔ files     .env mode 0600
    ✖           2 mistakes in the Compose file, first dev/docker-compose.yml:2:3 "a" needs an image

    1 problem
      compose-invalid   2 mistakes in the Compose file, first dev/docker-compose.yml:2:3 "a" needs an image
                        dev/docker-compose.yml:2:3 "a" needs an image
                        dev/docker-compose.yml:2:8 unknown key "imgae": did you mean "image"?
      fix               $EDITOR +2 dev/docker-compose.yml   then: goat-dev up
    keys, engine, ports, images, database, tracing, gateway, models and services: the project cannot be read
    "
  `);
});
