import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CliResult } from "./cli.ts";
import { type Container, docker } from "./docker.ts";

const folder = join(import.meta.dirname, "..", "artifacts");

interface Named {
  readonly name: string;
  readonly file: { readonly name: string };
}

interface Told {
  readonly history: readonly CliResult[];
  containers(): Promise<readonly Container[]>;
}

const shown = ({ args, exitCode, stdout, stderr }: CliResult): string =>
  [`$ goat-dev ${args.join(" ")}`, "--- stdout", stdout, "--- stderr", stderr, `--- exit ${exitCode}`, ""].join("\n");

const logsOf = (id: string): Promise<string> =>
  new Promise((resolve) => {
    const limit = { maxBuffer: 64 * 1024 * 1024 };
    execFile("docker", ["logs", "--timestamps", id], limit, (_, stdout, stderr) => resolve(stdout + stderr));
  });

/** Keeps what a failed test's user would look at: what was run and said, the containers and their logs. */
export const keepArtifacts = async ({ history, containers }: Told, test: Named): Promise<void> => {
  const target = join(folder, `${test.file.name}-${test.name}`.replace(/[^\w.-]+/g, "-").slice(0, 150));
  mkdirSync(target, { recursive: true });
  writeFileSync(join(target, "runs.txt"), history.map(shown).join("\n"));
  for (const { service, id } of await containers()) {
    writeFileSync(join(target, `${service}.inspect.json`), await docker("inspect", id));
    writeFileSync(join(target, `${service}.log`), await logsOf(id));
  }
};
