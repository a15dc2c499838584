import { dirname } from "node:path";
import { execa } from "execa";
import type { TestContext } from "vitest";
import { readEnvironment } from "../../src/app/read-environment.ts";
import { load } from "../../src/app/read-project.ts";
import { resolvedConfig } from "../../src/compose/resolved-config.ts";
import { GoatError } from "../../src/errors/goat-error.ts";
import { tempFolder, writeFiles } from "../support/temp.ts";
import type { Case } from "./cases.ts";

/** One question to both: in a folder, with what is typed and set. */
export interface Question {
  readonly folder: string;
  /** Relative to the folder. */
  readonly files: readonly string[];
  readonly envFiles?: readonly string[];
  readonly shell?: Readonly<Record<string, string>>;
  readonly profiles?: readonly string[];
}

/** What a reader of Compose files made of a question. */
export type Answer = { readonly config: unknown } | { readonly refused: string };

/** A case's files in a folder of their own, and what is asked of them. */
export function place({ files, named, ...more }: Case, { onTestFinished }: TestContext): Question {
  const [first = ""] = Object.keys(files);
  return { folder: writeFiles(tempFolder(onTestFinished), files), files: named ?? [first], ...more };
}

/** The installed plugin's. */
export async function theirs({ folder, files, envFiles = [], shell = {}, profiles = [] }: Question): Promise<Answer> {
  const options = [
    ...files.flatMap((file) => ["-f", file]),
    ...envFiles.flatMap((file) => ["--env-file", file]),
    ...profiles.flatMap((profile) => ["--profile", profile]),
  ];
  const { exitCode, stdout, stderr } = await execa("docker", ["compose", ...options, "config", "--format", "json"], {
    cwd: folder,
    env: { ...machine(), ...shell },
    extendEnv: false,
    reject: false,
  });
  return exitCode === 0 ? { config: JSON.parse(stdout) } : { refused: stderr.trim().split("\n").at(-1) ?? "" };
}

/** goat-dev's own, with warnings left aside. */
export async function ours({ folder, files, envFiles = [], shell = {}, profiles = [] }: Question): Promise<Answer> {
  const request = {
    cwd: folder,
    shell: { ...machine(), ...shell },
    files,
    envFiles,
    profiles,
    projectName: undefined,
    packageRoot: dirname(dirname(import.meta.dirname)),
    version: "0.0.0",
  };
  try {
    const { stack } = await load(request, readEnvironment(request), new AbortController().signal);
    return { config: resolvedConfig(stack, { mask: (value) => value }) };
  } catch (error) {
    if (!(error instanceof GoatError)) throw error;
    return { refused: [error.message, ...error.evidence].join("\n") };
  }
}

/** What both find set: as little as the plugin runs with. */
function machine(): Readonly<Record<string, string>> {
  return { PATH: process.env["PATH"] ?? "", HOME: process.env["HOME"] ?? "/root" };
}
