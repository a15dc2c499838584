import { statfs } from "node:fs/promises";
import { type CheckResult, ok, problem } from "../../doctor/check.ts";
import { GoatError } from "../../errors/goat-error.ts";
import { formatBytes } from "../../platform/format.ts";
import type { App } from "../app.ts";

/** Below it neither an image nor a database's log finds room. */
const neededBytes = 300_000_000;

/** Node.js, and room on the disk where the project lies. */
export async function checkMachine({ nodeVersion, cwd }: App): Promise<readonly CheckResult[]> {
  const node = ok(`node ${nodeVersion}`);
  const disk = await statfs(cwd).catch(() => null);
  if (disk === null) return [node];
  const freeBytes = disk.bavail * disk.bsize;
  if (freeBytes >= neededBytes) return [node, ok("the disk has room")];
  const message = `the disk of ${cwd} is nearly full: ${formatBytes(freeBytes)} are free`;
  const fixes = [{ command: `df -h '${cwd}'`, effect: "shows the disk that needs room" }];
  return [node, problem(new GoatError("disk-full", message, { fixes }))];
}
