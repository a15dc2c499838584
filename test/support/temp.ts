import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";

/** A folder that is gone when the test is. Tests that run side by side have to say which one. */
export const tempFolder = (whenFinished = onTestFinished): string => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "goat-dev-test-")));
  whenFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

/** Writes files below a folder, by relative path, making folders on the way; gives the folder back. */
export const writeFiles = (folder: string, files: Readonly<Record<string, string>>): string => {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
};
