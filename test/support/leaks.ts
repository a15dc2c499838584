import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { dockerAt, projectsWith } from "./docker.ts";

export interface TestRun {
  /** What every stack's name of this run begins with. */
  readonly prefix: string;
  /** Holds everything that this run writes, its own copy of the package included. */
  readonly folder: string;
  /** The engine's address; absent where Docker's own command line finds it. */
  readonly dockerHost?: string;
}

const run = promisify(execFile);

const processesOf = async (folder: string): Promise<readonly string[]> => {
  const { stdout } = await run("ps", ["-A", "-o", "pid=,args="], { maxBuffer: 64 * 1024 * 1024 });
  return stdout.split("\n").filter((line) => line.includes(folder));
};

/** In the run's folder: what a scenario found left behind at its end, a line each. */
export const leaksFile = "leaks";

const noted = (folder: string): readonly string[] => {
  const file = join(folder, leaksFile);
  return existsSync(file) ? readFileSync(file, "utf8").split("\n").filter(Boolean) : [];
};

const foldersOf = ({ folder, prefix }: TestRun): readonly string[] =>
  existsSync(folder) ? readdirSync(folder).filter((name) => name.startsWith(prefix)) : [];

/** What the run's tests left behind: stacks, processes, ports, files; empty means nothing. */
export const leaksOf = async (testRun: TestRun): Promise<readonly string[]> => {
  const { prefix, folder, dockerHost } = testRun;
  const [stacks, processes] = await Promise.all([projectsWith(prefix, dockerAt(dockerHost)), processesOf(folder)]);
  return [
    ...stacks.map((name) => `containers, networks, volumes or images of ${name}`),
    ...processes.map((line) => `process ${line.trim()}`),
    ...noted(testRun.folder),
    ...foldersOf(testRun).map((name) => `folder ${join(testRun.folder, name)}`),
  ];
};
