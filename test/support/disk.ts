import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** Root, and not in a container that keeps its disks to itself. */
export const canMount = process.getuid?.() === 0 && spawnSync("sh", ["-c", "unshare -m true"]).status === 0;

/** A small disk of its own at this folder, taken away when the test ends. */
export const mountDisk = (folder: string, options: string): string => {
  mkdirSync(folder, { recursive: true });
  const { status, stderr } = spawnSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", folder], { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  onTestFinished(() => void spawnSync("umount", ["-l", folder]));
  return folder;
};

/** Leaves no byte on a small disk; gives what makes room again. */
export const fillDisk = (folder: string): string => {
  const ballast = join(folder, "ballast");
  for (const size of [65_536, 4_096]) {
    try {
      for (;;) writeFileSync(ballast, "x".repeat(size), { flag: "a" });
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error;
    }
  }
  return ballast;
};
