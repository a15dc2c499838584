import { statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openProject } from "../support/goat-project.ts";

const noKey = { env: "" };
const copy = ".goat-dev/demo/litellm-config.yaml";

test("a demo must need no key, leave the user's files alone, and say how to leave it", async () => {
  const project = await openProject(noKey);
  const before = [project.read("dev/litellm-config.yaml"), project.read(".env")];
  const { exitCode, err, out } = await project.goat(["up", "--demo"]);
  expect([exitCode, err]).toEqual([0, expect.stringContaining("2 models routed, each answers from the config itself")]);
  expect(out).toContain("This is a demo: every model gives a made-up answer, and no provider is asked.");
  expect(out).toContain("goat-dev up");
  expect([project.read("dev/litellm-config.yaml"), project.read(".env")]).toEqual(before);
  expect(project.read(copy)).toContain("mock_response");
  expect(statSync(join(project.folder, copy)).mode & 0o777).toBe(0o600);
});

test("a demo that runs must be as configured, for status and for a second up", async () => {
  const { goat } = await openProject(noKey);
  await goat(["up", "--demo"]);
  const status = await goat(["status"]);
  expect([status.exitCode, status.out]).toEqual([0, expect.stringContaining("This is a demo")]);
  expect(status.out).not.toContain("changed after it started");
  expect((await goat(["status", "--json"])).json()).toMatchObject({ demo: true });
  expect((await goat(["up", "--demo", "--json"])).json()).toMatchObject({ ok: true, demo: true, changed: [] });
});

test("a demo that made .env must be as configured for the next up", async () => {
  const { goat } = await openProject({ env: null });
  expect((await goat(["up", "--demo"])).err).toContain("made .env");
  expect((await goat(["up", "--demo", "--json"])).json()).toMatchObject({ ok: true, changed: [] });
});

test("restart must keep a demo, with what changed in the user's config", async () => {
  const project = await openProject(noKey);
  await project.goat(["up", "--demo"]);
  project.edit("dev/litellm-config.yaml", (text) => text.replace("openai/gpt-5-mini", "openai/gpt-5-nano"));
  expect((await project.goat(["status"])).out).toContain("dev/litellm-config.yaml (demo) changed after it started");
  expect((await project.goat(["restart", "litellm"])).exitCode).toBe(0);
  expect(project.read(copy)).toContain("openai/gpt-5-nano");
  expect((await project.goat(["status"])).out).toContain("This is a demo");
});

test("without a key up must point at the demo; with one it must leave it", async () => {
  const project = await openProject(noKey);
  await project.goat(["up", "--demo"]);
  const refused = await project.goat(["up"]);
  expect([refused.exitCode, refused.err]).toEqual([2, expect.stringContaining("goat-dev up --demo")]);
  project.edit(".env", (text) => `${text}GROQ_API_KEY=gsk_0123456789abcdef\n`);
  const up = await project.goat(["up", "--json"]);
  expect(up.json()).toMatchObject({ ok: true, demo: false, changed: ["litellm"] });
  expect((await project.goat(["status", "--json"])).json()).toMatchObject({ demo: false });
});

test("up --plan --demo must write nothing", async () => {
  const project = await openProject(noKey);
  const plan = await project.goat(["up", "--plan", "--demo"]);
  expect([plan.exitCode, plan.out]).toEqual([0, expect.stringContaining("create-container goat-litellm-1")]);
  expect(() => project.read(copy)).toThrow("ENOENT");
});

test("a stack whose gateway mounts no config must be told so", async () => {
  const project = await openProject(noKey);
  project.edit("dev/docker-compose.yml", (text) => text.replace(/^ {4}volumes: \["\.\/litellm.*$/m, ""));
  const { exitCode, err } = await project.goat(["up", "--demo"]);
  expect([exitCode, err]).toEqual([2, expect.stringContaining("a demo needs a gateway with a config file")]);
});
