import { chmodSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openProject } from "../support/goat-project.ts";

test("doctor --fix must do what loses nothing, one thing after the other, and say what it did", async () => {
  const { goat, folder, engine } = await openProject();
  await goat(["up", "--no-example"]);
  engine.exit("goat-litellm-1", 1);
  chmodSync(join(folder, ".env"), 0o644);
  const { exitCode, json, err } = await goat(["doctor", "--fix", "--json"]);
  expect({ exitCode, err }).toMatchObject({ exitCode: 0 });
  expect(json()).toMatchObject({ ok: true, applied: [expect.stringMatching(/^chmod 600 /), "goat-dev up"] });
  expect(err).toContain("fixing: goat-dev up");
  expect(statSync(join(folder, ".env")).mode & 0o777).toBe(0o600);
  expect((await goat(["status"])).exitCode).toBe(0);
});

test("doctor --fix must do nothing where nothing is wrong", async () => {
  const { goat } = await openProject();
  const { exitCode, json } = await goat(["doctor", "--fix", "--json"]);
  expect(exitCode).toBe(0);
  expect(json()).toMatchObject({ applied: [] });
});

test("doctor --fix must leave to the user what a person has to judge", async () => {
  const { goat, read } = await openProject({ env: "" });
  const before = read(".env");
  const { exitCode, json } = await goat(["doctor", "--fix", "--json"]);
  expect(exitCode).not.toBe(0);
  expect(json()).toMatchObject({ ok: false, applied: [] });
  expect(read(".env")).toBe(before);
});
