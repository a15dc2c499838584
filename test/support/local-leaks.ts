import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { leaksFile, type TestRun } from "./leaks.ts";

const read = (path: string): string => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
};

const cwdOf = (pid: string): string => {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return "";
  }
};

/** Processes that were started for something below this folder: by what they were told, or where they are. */
export const processesIn = (folder: string): readonly string[] =>
  readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry) && entry !== String(process.pid))
    .filter((pid) => {
      const told = read(`/proc/${pid}/cmdline`) + read(`/proc/${pid}/environ`) + cwdOf(pid);
      return told.includes(folder);
    })
    .map((pid) => `process ${pid}: ${read(`/proc/${pid}/cmdline`).replaceAll("\0", " ").trim()}`);

/** What the run's tests left behind: processes, ports, files; empty means nothing. */
export const localLeaksOf = ({ folder, prefix }: TestRun): readonly string[] => {
  const noted = existsSync(join(folder, leaksFile))
    ? readFileSync(join(folder, leaksFile), "utf8").split("\n").filter(Boolean)
    : [];
  const folders = readdirSync(folder).filter((name) => name.startsWith(prefix));
  return [...processesIn(join(folder, prefix)), ...noted, ...folders.map((name) => `folder ${join(folder, name)}`)];
};
