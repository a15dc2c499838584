import { cpSync, readFileSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type GoatProject, openProject, type ProjectOptions } from "../support/goat-project.ts";
import { tempFolder } from "../support/temp.ts";

const signal = new AbortController().signal;
const observe = ({ engine }: GoatProject) => engine.observe({ stack: "goat", images: [] }, signal);

/** A project that is up, and a checkout of the same in a second folder. */
const openTwo = async (options: ProjectOptions = {}) => {
  const project = await openProject(options);
  const other = join(tempFolder(), "other");
  cpSync(project.folder, other, { recursive: true });
  const up = await project.goat(["up", "--no-example"]);
  expect(up.exitCode, up.err).toBe(0);
  const there = async (...args: readonly string[]) => {
    const result = await project.goat(args, { cwd: other });
    return { ...result, err: result.err.replaceAll(other, "<other>"), out: result.out.replaceAll(other, "<other>") };
  };
  return { ...project, project, other, there };
};

test("up from another folder must be refused, with both folders and what to type", async () => {
  const { there, engine } = await openTwo();
  const operations = engine.applied.length;
  const { exitCode, out, err } = await there("up");
  expect({ exitCode, out }).toEqual({ exitCode: 4, out: "" });
  expect(err).toMatchInlineSnapshot(`
    "goat is the stack of <project>/dev, not of <other>/dev   [stack-of-another-folder]

      seen       made from <project>/dev: containers goat-langfuse-1, goat-litellm-1 and goat-postgres-1, volume goat_postgres-data
      fix        goat-dev up --instance auto   gives this folder a stack of its own, on ports of its own
                 goat-dev up --take-over       makes the stack this folder's, with its data, and asks first
    "
  `);
  expect(engine.applied).toHaveLength(operations);
});

test.each([
  {
    args: ["restart", "litellm"],
    fixes: ["goat-dev up --instance auto", "goat-dev restart --take-over"],
  },
  { args: ["down"], fixes: ["cd <project>/dev && goat-dev down", "goat-dev down --take-over"] },
  {
    args: ["down", "--volumes", "--yes"],
    fixes: ["cd <project>/dev && goat-dev down --volumes", "goat-dev down --volumes --take-over"],
  },
  {
    args: ["db", "set-password"],
    fixes: ["cd <project>/dev && goat-dev db set-password", "goat-dev db set-password --take-over"],
  },
])("$args from another folder must be refused and touch nothing", async ({ args, fixes }) => {
  const { there, engine } = await openTwo();
  const operations = engine.applied.length;
  const { exitCode, out } = await there(...args, "--json");
  expect(exitCode).toBe(4);
  const { error } = JSON.parse(out);
  expect(error).toMatchObject({
    code: "stack-of-another-folder",
    message: "goat is the stack of <project>/dev, not of <other>/dev",
    fixes: fixes.map((command) => ({ command })),
  });
  expect(engine.applied).toHaveLength(operations);
});

test("a change of models must be refused before a file is written, where the gateway that runs is another folder's", async () => {
  const { there, other, engine } = await openTwo();
  const operations = engine.applied.length;
  const read = () => readFileSync(join(other, "dev/litellm-config.yaml"), "utf8");
  const before = read();
  const change = await there("models", "disable", "gpt-5-mini", "--yes");
  expect(change.exitCode, change.err).toBe(4);
  expect(change.err).toContain("[stack-of-another-folder]");
  expect(change.err).toContain("goat-dev up --take-over");
  expect(read()).toBe(before);
  expect(engine.applied).toHaveLength(operations);
});

test("data of another folder must be refused as well once its containers are gone", async () => {
  const { there, goat, project } = await openTwo();
  await goat(["down"]);
  for (const args of [["up"], ["down", "--volumes", "--yes"]]) {
    const { exitCode, err } = await there(...args);
    expect(exitCode, err).toBe(4);
    expect(err).toContain("made from <project>/dev: volume goat_postgres-data");
  }
  expect((await observe(project)).volumes).toHaveLength(1);
  expect((await goat(["up", "--no-example"])).exitCode).toBe(0);
});

test("status and up --plan must look, and say whose the stack is", async () => {
  const { there } = await openTwo();
  const status = await there("status");
  expect(status.exitCode).toBe(0);
  expect(status.out).toContain(
    "goat is the stack of <project>/dev, not of <other>/dev: goat-dev up says what can be done",
  );
  expect((await there("status", "--json")).json()).toMatchObject({ owner: expect.stringMatching(/\/dev$/) });
  const plan = await there("up", "--plan");
  expect(plan.exitCode).toBe(0);
  expect(plan.err).toContain("goat is the stack of <project>/dev, not of <other>/dev");
});

test("status in the stack's own folder must name no other owner", async () => {
  const { goat } = await openTwo();
  expect((await goat(["status", "--json"])).json()).toMatchObject({ owner: null });
});

test("--take-over must ask, and without a terminal need --yes", async () => {
  const { there, engine } = await openTwo();
  const operations = engine.applied.length;
  const { exitCode, err } = await there("up", "--take-over");
  expect(exitCode).toBe(2);
  expect(err).toMatchInlineSnapshot(`
    "goat is the stack of <project>/dev, not of <other>/dev, and nobody is here to ask   [confirmation-needed]

      seen       made from <project>/dev: containers goat-langfuse-1, goat-litellm-1 and goat-postgres-1, volume goat_postgres-data
      fix        goat-dev up --take-over --yes   takes it over without asking
    "
  `);
  expect(engine.applied).toHaveLength(operations);
});

test("a stack that was taken over must be the new folder's for good, its data too, and the old one is refused", async () => {
  const { there, goat, project } = await openTwo();
  const [before] = (await observe(project)).volumes;
  const taken = await there("up", "--take-over", "--yes", "--no-example");
  expect(taken.exitCode, taken.err).toBe(0);
  expect((await there("up", "--no-example")).exitCode).toBe(0);
  expect((await goat(["up"])).exitCode).toBe(4);
  expect((await there("down")).exitCode).toBe(0);
  // Only the volume is left, which still says that the old folder made it.
  expect((await goat(["up"])).exitCode).toBe(4);
  expect((await there("up", "--no-example")).exitCode).toBe(0);
  expect((await observe(project)).volumes).toEqual([before]);
  const back = await goat(["up", "--take-over", "--yes", "--no-example"]);
  expect(back.exitCode, back.err).toBe(0);
  expect((await there("up")).exitCode).toBe(4);
});

test("a folder that has moved must go on without a question", async () => {
  const { folder, goat } = await openTwo();
  const moved = `${folder}-moved`;
  renameSync(folder, moved);
  const up = await goat(["up", "--no-example"], { cwd: moved });
  expect(up.exitCode, up.err).toBe(0);
  expect(up.err).not.toContain("the stack of");
  expect((await goat(["down"], { cwd: moved })).exitCode).toBe(0);
  rmSync(moved, { recursive: true });
});

test("the folder by another path must be the same folder", async () => {
  const { folder, goat, other } = await openTwo();
  const link = `${other}-link`;
  symlinkSync(folder, link);
  const up = await goat(["up", "--no-example"], { cwd: link });
  expect(up.exitCode, up.err).toBe(0);
});

test("another name must give the other folder a stack of its own", async () => {
  const { there } = await openTwo();
  const plan = await there("up", "--plan", "--project-name", "goat-other", "--json");
  expect(plan.exitCode).toBe(0);
  expect(plan.json()).toMatchObject({ stack: "goat-other" });
  const up = await there("up", "--project-name", "goat-other");
  expect(up.err).not.toContain("[stack-of-another-folder]");
});
