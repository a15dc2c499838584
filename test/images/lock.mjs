// One builder per image: a second one waits for the first, and takes over from one that was killed.
import { link, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

const askAgainMs = 200;

/** Runs `work` while no other process of this machine holds the lock of that name. */
export async function withLock(name, work) {
  const file = join(tmpdir(), `${name.replaceAll(/[^\w.-]/gu, "-")}.lock`);
  while (!(await taken(file))) {
    if (!(await holderLives(file))) await rm(file, { force: true });
    else await pause(askAgainMs);
  }
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

// Linked into place rather than written there, so that the lock never exists without its holder's number.
async function taken(file) {
  const own = `${file}.${process.pid}`;
  await writeFile(own, String(process.pid));
  try {
    await link(own, file);
    return true;
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
    return false;
  } finally {
    await rm(own, { force: true });
  }
}

async function holderLives(file) {
  const holder = Number(await readFile(file, "utf8").catch(() => ""));
  if (!(holder > 0)) return false;
  try {
    process.kill(holder, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}
