import { randomBytes } from "node:crypto";
import { open, rm } from "node:fs/promises";
import { join } from "node:path";
import { unwritable } from "./files.ts";

/**
 * Gives `work` an open file with this text that has no name any more: whatever becomes of the process, nothing is left.
 * Mode 0600 for the moment in which it has one. Throws file-unwritable, disk-full, or what `work` throws.
 */
export async function withNamelessFile<T>(folder: string, text: string, work: (fd: number) => Promise<T>): Promise<T> {
  const file = await openNameless(join(folder, `.${randomBytes(8).toString("hex")}`), text);
  try {
    return await work(file.fd);
  } finally {
    await file.close();
  }
}

async function openNameless(path: string, text: string) {
  try {
    // Written and read through two handles: the second one stands at the beginning.
    const written = await open(path, "wx", 0o600);
    try {
      const read = await open(path, "r");
      await rm(path);
      await written.writeFile(text);
      return read;
    } finally {
      await written.close();
    }
  } catch (error) {
    await rm(path, { force: true });
    throw unwritable(path, error);
  }
}
