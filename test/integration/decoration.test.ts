import { createServer } from "node:net";
import { expect, onTestFinished, test, vi } from "vitest";
import { GoatError } from "../../src/errors/goat-error.ts";
import { type GoatProject, openProject } from "../support/goat-project.ts";

/** An engine that runs services well and cannot answer what is only nice to know. */
const openBare = async (): Promise<GoatProject> => {
  const project = await openProject();
  const refused = new GoatError("engine-refused", "cannot read: Unexpected end of JSON input");
  vi.spyOn(project.engine, "memory").mockRejectedValue(refused);
  vi.spyOn(project.engine, "volumeSizes").mockRejectedValue(refused);
  vi.spyOn(project.engine, "portHolder").mockRejectedValue(refused);
  return project;
};

test("up, status, restart and doctor must not fail for memory that the engine cannot tell", async () => {
  const project = await openBare();
  for (const command of ["up", "restart", "up", "doctor"]) {
    const run = await project.goat([command]);
    expect({ command, exitCode: run.exitCode }, run.err + run.out).toEqual({ command, exitCode: 0 });
  }
  const { exitCode, out, err } = await project.goat(["status"]);
  expect({ exitCode, err }).toEqual({ exitCode: 0, err: "" });
  expect(out).toMatchInlineSnapshot(`
    "  SERVICE   STATE  PORT   SINCE  MEMORY  CONFIG
      postgres  ready  15432  0 s            as configured
      langfuse  ready  13001  0 s            as configured (trace recorder in Langfuse's place)
      litellm   ready  14000  0 s            as configured
    "
  `);
  expect((await project.goat(["status", "--json"])).json()).toMatchObject({
    services: [{ memoryBytes: null }, { memoryBytes: null }, { memoryBytes: null }],
  });
});

test("down --volumes must ask about volumes by name where their sizes cannot be had", async () => {
  const project = await openBare();
  await project.goat(["up"]);
  const { exitCode, err } = await project.goat(["down", "--volumes"]);
  expect({ exitCode, err }).toMatchInlineSnapshot(`
    {
      "err": "this deletes goat_postgres-data, and nobody is here to ask   [confirmation-needed]

      fix        goat-dev down --volumes --yes   deletes without asking
    ",
      "exitCode": 2,
    }
  `);
});

test("a taken port must be told where the engine cannot say whether a container has it", async () => {
  const project = await openBare();
  const server = createServer().listen(project.ports.litellm, "127.0.0.1");
  onTestFinished(() => void server.close());
  const { exitCode, err } = await project.goat(["up"]);
  expect(exitCode).toBe(4);
  expect(err).toContain(`port 14000 is taken by`);
  expect(err).toContain(`(pid ${process.pid}: `);
});
