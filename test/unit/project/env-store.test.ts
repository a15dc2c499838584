import { chmodSync, lstatSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createEnvFile, updateEnvFile } from "../../../src/project/env-store.ts";
import { tempFolder, writeFiles } from "../../support/temp.ts";

const modeOf = (path: string): number => statSync(path).mode & 0o777;

test("a new .env must be its owner's alone, and never replace one that is there", async () => {
  const path = join(tempFolder(), ".env");
  expect(await createEnvFile(path, "A=1\n")).toBe(true);
  expect(modeOf(path)).toBe(0o600);
  expect(await createEnvFile(path, "A=2\n")).toBe(false);
  expect(readFileSync(path, "utf8")).toBe("A=1\n");
});

test("an edit must close the file to others, and leave a stricter mode", async () => {
  const folder = writeFiles(tempFolder(), { open: "A=1\n", strict: "A=1\n" });
  chmodSync(join(folder, "open"), 0o664);
  chmodSync(join(folder, "strict"), 0o400);
  await updateEnvFile(join(folder, "open"), { A: "2", B: "3" });
  await updateEnvFile(join(folder, "strict"), { A: "2" });
  expect(readFileSync(join(folder, "open"), "utf8")).toBe("A=2\nB=3\n");
  expect([modeOf(join(folder, "open")), modeOf(join(folder, "strict"))]).toEqual([0o600, 0o400]);
});

test("an edit must go through a link and keep it", async () => {
  const folder = writeFiles(tempFolder(), { "secrets/env": "A=1\n" });
  symlinkSync("secrets/env", join(folder, ".env"));
  await updateEnvFile(join(folder, ".env"), { A: "2" });
  expect(lstatSync(join(folder, ".env")).isSymbolicLink()).toBe(true);
  expect(readFileSync(join(folder, "secrets/env"), "utf8")).toBe("A=2\n");
});

test("a .env that cannot be written must be named, without its values", async () => {
  const path = join(writeFiles(tempFolder(), { file: "" }), "file", ".env");
  await expect(createEnvFile(path, "KEY=gsk_1")).rejects.toMatchObject({ code: "file-unwritable" });
  const told: unknown = await updateEnvFile(path, { KEY: "gsk_1" }).catch((error: unknown) => error);
  expect(told).toMatchObject({ code: "file-unwritable", message: expect.stringContaining(path) });
  expect(String(told)).not.toContain("gsk_1");
});

test("a .env that is a folder must be named", async () => {
  const folder = writeFiles(tempFolder(), { ".env/a": "" });
  await expect(updateEnvFile(join(folder, ".env"), { A: "1" })).rejects.toMatchObject({ code: "file-unreadable" });
});
