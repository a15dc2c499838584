import { expect, test } from "vitest";
import { openProject } from "../support/goat-project.ts";

test("status must show each service with its port, age, memory and whether it is as configured", async () => {
  const project = await openProject();
  await project.goat(["up"]);
  project.clock.advance(14 * 60_000);
  const { exitCode, out, err } = await project.goat(["status"]);
  expect({ exitCode, err }).toEqual({ exitCode: 0, err: "" });
  expect(out).toMatchInlineSnapshot(`
    "  SERVICE   STATE  PORT   SINCE   MEMORY  CONFIG
      postgres  ready  15432  13 min  64 MB   as configured
      langfuse  ready  13001  13 min  64 MB   as configured (trace recorder in Langfuse's place)
      litellm   ready  14000  13 min  64 MB   as configured
    "
  `);
});

test("status must end with 5 unless all is ready, and say of each why not", async () => {
  const project = await openProject({ services: { litellm: { log: ["P1000"] } } });
  expect((await project.goat(["status"])).out).toMatchInlineSnapshot(`
    "  SERVICE   STATE   PORT   SINCE  MEMORY  CONFIG
      postgres  absent  15432                 not there: goat-dev up
      langfuse  absent  13001                 not there: goat-dev up
      litellm   absent  14000                 not there: goat-dev up
    "
  `);
  await project.goat(["up"]);
  project.engine.exit("goat-litellm-1", 137, { outOfMemory: true });
  const { exitCode, out } = await project.goat(["status"]);
  expect(exitCode).toBe(5);
  expect(out).toMatchInlineSnapshot(`
    "  SERVICE   STATE   PORT   SINCE  MEMORY  CONFIG
      postgres  ready   15432  0 s    64 MB   as configured
      langfuse  ready   13001  0 s    64 MB   as configured (trace recorder in Langfuse's place)
      litellm   exited  14000  0 s            killed: out of memory

      service-out-of-memory   litellm was killed: it ran out of memory
      fix                     docker info --format '{{.MemTotal}}'   the bytes that the engine has in all: give it more
      fix                     goat-dev logs litellm   the whole log
    "
  `);
});

test("status --json must hold states, addresses and drift for programs", async () => {
  const project = await openProject();
  await project.goat(["up"]);
  project.engine.exit("goat-litellm-1", 3);
  const run = await project.goat(["status", "--json"]);
  expect(run.exitCode).toBe(5);
  expect(run.json()).toMatchObject({
    version: 1,
    stack: "goat",
    engine: { kind: "docker", endpoint: "simulated:" },
    services: [
      { name: "postgres", role: "database", state: "ready", drift: [], why: null },
      { name: "langfuse", role: "tracing", state: "ready", url: `http://localhost:${project.ports.langfuse}` },
      { name: "litellm", role: "gateway", state: "exited", why: "exit status 3" },
    ],
  });
});

test("status must say that a changed port is why a service does not answer", async () => {
  const project = await openProject();
  await project.goat(["up"]);
  project.edit(".env", (text) => text.replace(/^LITELLM_PORT=.*$/m, "LITELLM_PORT=17999"));
  const { exitCode, out } = await project.goat(["status"]);
  expect(exitCode).toBe(5);
  expect(out.split("\n")[3]).toMatchInlineSnapshot(
    `"  litellm   starting  17999  0 s    64 MB   ports changed after it started: goat-dev up"`,
  );
});
