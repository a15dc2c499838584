import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  lockPath,
  openState,
  readStackState,
  userCacheFolder,
  userStateFolder,
  writeStackState,
} from "../../../src/project/state.ts";
import { tempFolder, writeFiles } from "../../support/temp.ts";

test("state must be kept out of git's and others' sight, and read back", async () => {
  const folder = join(tempFolder(), ".goat-dev");
  const state = openState(folder);
  expect(state.readJson("proof.json")).toBeUndefined();
  expect(await state.writeJson("proof.json", { model: "x" })).toEqual({ ok: true });
  expect(state.readJson("proof.json")).toEqual({ model: "x" });
  expect(readFileSync(join(folder, ".gitignore"), "utf8")).toBe("*\n");
  expect(statSync(folder).mode & 0o777).toBe(0o700);
});

test("state that cannot be read counts as none", async () => {
  const folder = writeFiles(tempFolder(), { "proof.json": "{" });
  expect(openState(folder).readJson("proof.json")).toBeUndefined();
});

test("state that cannot be kept must be a warning, never a crash", async () => {
  const folder = tempFolder();
  writeFileSync(join(folder, "file"), "");
  const kept = await openState(join(folder, "file")).writeJson("proof.json", {});
  expect(kept).toMatchObject({ ok: false, warning: expect.stringContaining("cannot keep state in") });
});

test("locks must live where the platform keeps a user's state, one for each engine and stack", () => {
  expect(userStateFolder({ platform: "linux", home: "/h", env: {} })).toBe("/h/.local/state/goat-dev");
  expect(userStateFolder({ platform: "linux", home: "/h", env: { XDG_STATE_HOME: "/s" } })).toBe("/s/goat-dev");
  expect(userStateFolder({ platform: "linux", home: "/h", env: { XDG_STATE_HOME: "rel" } })).toBe(
    "/h/.local/state/goat-dev",
  );
  expect(userStateFolder({ platform: "darwin", home: "/h", env: {} })).toBe("/h/Library/Application Support/goat-dev");
  expect(userCacheFolder({ platform: "linux", home: "/h", env: {} })).toBe("/h/.cache/goat-dev");
  expect(userCacheFolder({ platform: "linux", home: "/h", env: { XDG_CACHE_HOME: "/c" } })).toBe("/c/goat-dev");
  expect(userCacheFolder({ platform: "darwin", home: "/h", env: {} })).toBe("/h/Library/Caches/goat-dev");
  const lock = lockPath("/s", "unix:///var/run/docker.sock", "goat");
  expect(lock).toMatch(/^\/s\/locks\/goat-[0-9a-f]{12}$/);
  expect(lockPath("/s", "unix:///other.sock", "goat")).not.toBe(lock);
});

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
