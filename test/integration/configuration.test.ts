import { once } from "node:events";
import { mkdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fails } from "../support/fails.ts";
import { openProject } from "../support/goat-project.ts";

test("mistakes in the Compose file must be told all at once, each with line and column", async () => {
  const project = await openProject();
  project.write(
    "dev/docker-compose.yml",
    `name: goat
services:
  postgres:
    imgae: postgres:16
    image: postgres:16
    ports: ["127.0.0.1:abc:5432"]
  litellm:
    scale: 2
    image: litellm:v1
    depends_on: [postgress]
    environment:
      KEY: \${KEY:?is needed}
`,
  );
  const { exitCode, err } = await fails(project);
  expect(exitCode).toBe(2);
  expect(err).toMatchInlineSnapshot(`
    "5 mistakes in the Compose file, first dev/docker-compose.yml:4:5 unknown key "imgae": did you mean "image"?   [compose-invalid]

      seen       dev/docker-compose.yml:4:5 unknown key "imgae": did you mean "image"?
                 dev/docker-compose.yml:6:13 "ports": "abc" is not a port from 1 to 65535
                 dev/docker-compose.yml:8:5 "scale" is not supported: one container runs for each service
                 dev/docker-compose.yml:10:18 "litellm" depends on "postgress", which is no service: did you mean "postgres"?
                 dev/docker-compose.yml:12:12 required variable KEY is missing a value: is needed
      fix        $EDITOR +4 dev/docker-compose.yml   then: goat-dev up
    "
  `);
});

test("YAML that cannot be read must be told with its place", async () => {
  const project = await openProject();
  project.write("dev/docker-compose.yml", "services:\n  postgres: { image: [\n");
  const { exitCode, err } = await fails(project);
  expect(exitCode).toBe(2);
  expect(err).toMatchInlineSnapshot(`
    "dev/docker-compose.yml:3:1 Flow sequence in block collection must be sufficiently indented and end with a ]   [compose-invalid]

      fix        $EDITOR +3 dev/docker-compose.yml   then: goat-dev up
    "
  `);
});

test("services that depend on each other in a circle must be told as that circle", async () => {
  const project = await openProject();
  project.write(
    "dev/docker-compose.yml",
    "name: goat\nservices:\n  a: { image: x, depends_on: [b] }\n  b: { image: x, depends_on: [a] }\n",
  );
  const { exitCode, err } = await fails(project);
  expect(exitCode).toBe(2);
  expect(err).toMatchInlineSnapshot(`
    "services depend on each other in a circle: a → b → a   [dependency-cycle]

      seen       dev/docker-compose.yml:3:31 "a" depends on "b"
                 dev/docker-compose.yml:4:31 "b" depends on "a"
      fix        goat-dev up   once one of these depends_on is taken out of the Compose file
    "
  `);
});

test("an unknown service must be told with the nearest name", async () => {
  const { exitCode, err } = await fails(await openProject(), ["up", "litelm"]);
  expect(exitCode).toBe(2);
  expect(err).toMatchInlineSnapshot(`
    "no service "litelm" in the Compose file; did you mean litellm?   [unknown-service]

      fix        goat-dev status   shows what there is: postgres, langfuse and litellm
    "
  `);
});

test("a missing LiteLLM config must be found before an engine would make a folder of it", async () => {
  const project = await openProject();
  rmSync(join(project.folder, "dev/litellm-config.yaml"));
  const { exitCode, err } = await fails(project);
  expect(exitCode).toBe(2);
  expect(err).toMatchInlineSnapshot(`
    "✖ checks      litellm mounts dev/litellm-config.yaml as /app/config.yaml, and it is missing
      code       mount-source-missing
      fix        goat-dev up   once dev/litellm-config.yaml is there, or its path in the Compose file is mended
    "
  `);
});

test("a folder in the place of the LiteLLM config must be told as one", async () => {
  const project = await openProject();
  rmSync(join(project.folder, "dev/litellm-config.yaml"));
  mkdirSync(join(project.folder, "dev/litellm-config.yaml"));
  const { exitCode, err } = await fails(project);
  expect(exitCode).toBe(2);
  expect(err).toMatchInlineSnapshot(`
    "✖ checks      litellm mounts dev/litellm-config.yaml as /app/config.yaml, and it is a folder, not a file
      code       mount-source-wrong-kind
      fix        rmdir dev/litellm-config.yaml   takes it away where it is empty; then put the file there
    "
  `);
});

test("a LiteLLM config that cannot be read must be told with its place, and the running gateway stay", async () => {
  const project = await openProject();
  await project.goat(["up"]);
  const before = project.engine.applied.length;
  project.write("dev/litellm-config.yaml", "model_list:\n  - model_name: x\n   litellm_params: {}\n");
  const { exitCode, err } = await project.goat(["restart", "litellm"]);
  expect(exitCode).toBe(2);
  expect(err).toMatchInlineSnapshot(`
    "✖ checks      dev/litellm-config.yaml:3:1 Sequence item without - indicator
      code       gateway-config-invalid
      fix        goat-dev up   takes dev/litellm-config.yaml into use once it is mended
    "
  `);
  expect(project.engine.applied).toHaveLength(before);
});

test("a port that is taken must be told with who has it, before anything is made", async () => {
  const project = await openProject();
  const server = createServer();
  server.listen(project.ports.litellm, "127.0.0.1");
  await once(server, "listening");
  try {
    const { exitCode, err } = await fails(project);
    expect(exitCode).toBe(4);
    expect(err).toMatch(new RegExp(`✖ checks      port 14000 is taken by .+ \\(pid ${process.pid}: .+\\)\\n`));
    expect(err).toMatch(/fix +goat-dev up --set LITELLM_PORT=\d+ {3}stop it, or move litellm to \d+: writes it into/);
  } finally {
    server.close();
    await once(server, "close");
  }
});

test("a secret must not be typed with --set, but for a key that the shipped files hold, which a printed fix may name", async () => {
  const { goat, read } = await openProject();
  const refused = await goat(["up", "--set", "LITELLM_SALT_KEY=my-own-key-9"]);
  expect(refused).toMatchObject({ exitCode: 2, err: expect.stringContaining("is a secret") });
  expect((await goat(["up", "--set", "LITELLM_SALT_KEY=goat-dev-local-only"])).exitCode).toBe(0);
  expect(read(".env")).toContain("LITELLM_SALT_KEY=goat-dev-local-only");
});

test("an engine that does not answer must be told with status 3", async () => {
  const { exitCode, err } = await fails(await openProject({ unreachable: "no Docker engine answers" }));
  expect(exitCode).toBe(3);
  expect(err).toMatchInlineSnapshot(`
    "no Docker engine answers   [engine-unreachable]
    "
  `);
});

test("a Compose file that is not there must be told by its name", async () => {
  const { exitCode, err } = await fails(await openProject(), ["-f", "other.yml", "up"]);
  expect(exitCode).toBe(2);
  expect(err).toMatchInlineSnapshot(`
    "there is no other.yml   [compose-file-missing]

      fix        goat-dev up   uses the nearest dev/docker-compose.yml, or the stack that goat-dev ships
    "
  `);
});

test.each([
  [["up", "--timeout", "soon"], '--timeout is "soon", and should be a duration such as 90s or 2m'],
  [["logs", "--tail", "few"], '--tail is "few", and should be a number of lines'],
  [["logs", "--since", "lunch"], '--since is "lunch", and should be like 10m, 2h or 2026-11-23T10:00:00Z'],
])("a value that is none must be told with what it should be: %j", async (args, message) => {
  const { exitCode, err } = await fails(await openProject(), args);
  expect(exitCode).toBe(2);
  expect(err).toContain(message);
});

test("a warning must be told and must not stop the run", async () => {
  const project = await openProject();
  project.edit("dev/docker-compose.yml", (text) =>
    text.replace("    image: postgres:16\n", "    image: postgres:16\n    annotations: { a: b }\n"),
  );
  const { exitCode, err } = await project.goat(["up", "postgres"]);
  expect(exitCode).toBe(0);
  expect(err.split("\n")[0]).toMatchInlineSnapshot(`"warning: dev/docker-compose.yml:7:5 "annotations" is ignored"`);
});
