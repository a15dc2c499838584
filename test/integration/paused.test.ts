import { expect, test } from "vitest";
import { openProject } from "../support/goat-project.ts";

test("status must name a paused service for what it is, and up must let it go on", async () => {
  const project = await openProject();
  await project.goat(["up"]);
  const before = await project.goat(["status", "--json"]);
  project.engine.pause("goat-litellm-1");
  const { exitCode, out } = await project.goat(["status"]);
  expect(exitCode).toBe(5);
  expect(out).toMatchInlineSnapshot(`
    "  SERVICE   STATE   PORT   SINCE  MEMORY  CONFIG
      postgres  ready   15432  0 s    64 MB   as configured
      langfuse  ready   13001  0 s    64 MB   as configured (trace recorder in Langfuse's place)
      litellm   paused  14000  0 s            goat-dev up resumes it
    "
  `);

  const applied = project.engine.applied.length;
  const up = await project.goat(["up"]);
  expect(up.exitCode, up.err + up.out).toBe(0);
  expect(up.out + up.err).toContain("started: was paused");
  expect(project.engine.applied.slice(applied).map(({ type }) => type)).toEqual(["start-container"]);
  const after = (await project.goat(["status", "--json"])).json();
  expect(after["services"]).toEqual(before.json()["services"]);
});
