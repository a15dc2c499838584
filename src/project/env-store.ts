import { stat, writeFile } from "node:fs/promises";
import { systemCode } from "../errors/describe.ts";
import { atomicWrite, unwritable } from "../platform/files.ts";
import { readTextIfThere } from "../platform/text-file.ts";
import { setVariable } from "./env-edit.ts";

const ownerOnly = 0o600;

/** Makes the file with mode 0600; false where there is one already, which is left alone. Throws file-unwritable. */
export const createEnvFile = async (path: string, template: string): Promise<boolean> => {
  try {
    await writeFile(path, template, { flag: "wx", mode: ownerOnly });
    return true;
  } catch (error) {
    if (systemCode(error) === "EEXIST") return false;
    throw unwritable(path, error);
  }
};

/** Sets variables in place; the file ends up readable by its owner alone, or stays stricter. Throws file-unreadable, file-unwritable. */
export const updateEnvFile = async (path: string, edits: Readonly<Record<string, string>>): Promise<void> => {
  const before = await stat(path).catch(() => undefined);
  const mode = before === undefined ? ownerOnly : before.mode & ownerOnly;
  const text = Object.entries(edits).reduce(
    (current, [name, value]) => setVariable(current, name, value),
    readTextIfThere(path) ?? "",
  );
  await atomicWrite(path, text, mode);
};
