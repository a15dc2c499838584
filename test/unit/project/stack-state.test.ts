import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readStackState, writeStackState } from "../../../src/project/stack-state.ts";
import { openState } from "../../../src/project/state.ts";
import { tempFolder } from "../../support/temp.ts";

test("nothing must be known of a stack that was never up", () => {
  expect(readStackState(openState(tempFolder()))).toEqual({ engine: null, demo: false });
});

test("what was kept must be read again", async () => {
  const state = openState(tempFolder());
  expect(await writeStackState(state, { engine: "embedded", demo: true })).toBeNull();
  expect(readStackState(state)).toEqual({ engine: "embedded", demo: true });
});

test.for(["", "no JSON", "[]", '{"engine":"podman","demo":"yes"}'])("%j must count as nothing kept", (text) => {
  const folder = tempFolder();
  writeFileSync(join(folder, "last-up.json"), text);
  expect(readStackState(openState(folder))).toEqual({ engine: null, demo: false });
});

test("a folder that cannot be written must be a warning", async () => {
  const file = join(tempFolder(), "file");
  writeFileSync(file, "");
  const state = openState(join(file, "folder"));
  expect(await writeStackState(state, { engine: "docker", demo: false })).toContain("cannot keep state");
});
