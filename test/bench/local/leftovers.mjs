// What `goat-dev down` leaves where it fails or is interrupted.
import { readdir, readFile, readlink, rm, rmdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

const askAgainMs = 20;
const endLimitMs = 10_000;
const systemData = "/var/lib/goat-dev";

/** Ends the processes of a project's folder, then takes away its data and the folder itself. */
export async function removeAll(folder) {
  await endProcesses(folder);
  const file = await readFile(join(folder, ".goat-dev", "embedded", "place.json"), "utf8").catch(() => "{}");
  const { base } = JSON.parse(file);
  if (dirname(base ?? "") === systemData) await rm(base, { recursive: true, force: true });
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  // Made for root's Postgres; it stays where something is in it.
  await rmdir(systemData).catch(() => undefined);
}

/** Without a word of theirs: their data goes too. */
async function endProcesses(folder) {
  const begin = performance.now();
  for (let found = await processesOf(folder); found.length > 0; found = await processesOf(folder)) {
    if (performance.now() - begin > endLimitMs) throw new Error(`processes ${found.join(", ")} do not end`);
    for (const pid of found) end(pid);
    await pause(askAgainMs);
  }
}

function end(pid) {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

/** By what they were told, or where they are; without /proc there is nothing to be seen, and `down` has to do. */
async function processesOf(folder) {
  const names = await readdir("/proc").catch(() => []);
  const pids = names.filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  const told = await Promise.all(pids.map(async (pid) => (await traces(pid)).includes(folder)));
  return pids.filter((_, index) => told[index]).map(Number);
}

async function traces(pid) {
  const parts = ["cmdline", "environ"].map((name) => readFile(`/proc/${pid}/${name}`, "utf8").catch(() => ""));
  return (await Promise.all([...parts, readlink(`/proc/${pid}/cwd`).catch(() => "")])).join("\0");
}
