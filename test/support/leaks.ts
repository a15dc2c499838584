import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { projectsWith } from "./docker.ts";
import { isPortFree } from "./ports.ts";

export interface TestRun {
  /** What every stack's name of this run begins with. */
  readonly prefix: string;
  /** Holds everything that this run writes, its own copy of the package included. */
  readonly folder: string;
}

const run = promisify(execFile);

const processesOf = async (folder: string): Promise<readonly string[]> => {
  const { stdout } = await run("ps", ["-A", "-o", "pid=,args="], { maxBuffer: 64 * 1024 * 1024 });
  return stdout.split("\n").filter((line) => line.includes(folder));
};

/** What the scenarios of the run have noted, a line each. */
const notes = (folder: string, name: string): readonly string[] => {
  const file = join(folder, name);
  return existsSync(file) ? readFileSync(file, "utf8").split("\n").filter(Boolean) : [];
};

/** Ports that were handed out and are still held. */
const heldPorts = async (folder: string): Promise<readonly string[]> => {
  const ports = notes(folder, "ports");
  const free = await Promise.all(ports.map((port) => isPortFree(Number(port))));
  return ports.filter((_, index) => free[index] !== true);
};

const foldersOf = ({ folder, prefix }: TestRun): readonly string[] =>
  existsSync(folder) ? readdirSync(folder).filter((name) => name.startsWith(prefix)) : [];

/** What the run's tests left behind: stacks, processes, ports, folders; empty means nothing. */
export const leaksOf = async (testRun: TestRun): Promise<readonly string[]> => {
  const [stacks, processes, ports] = await Promise.all([
    projectsWith(testRun.prefix),
    processesOf(testRun.folder),
    heldPorts(testRun.folder),
  ]);
  return [
    ...stacks.map((name) => `containers, networks or volumes of ${name}`),
    ...processes.map((line) => `process ${line.trim()}`),
    ...ports.map((port) => `port ${port} is held`),
    ...notes(testRun.folder, "temp-files").map((path) => `temporary ${path}`),
    ...foldersOf(testRun).map((name) => `folder ${join(testRun.folder, name)}`),
  ];
};
