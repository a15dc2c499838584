import { dirname, join, relative } from "node:path";
import { loadStack } from "../compose/load.ts";
import { GoatError } from "../errors/goat-error.ts";
import { type Secret, secretsIn } from "../events/redact.ts";
import type { StackSpec } from "../model/stack.ts";
import { hostFiles, kindOf, readTextIfThere } from "../platform/files.ts";
import { parseEnvFile } from "../project/env-file.ts";
import { isGatewayKeyAsOpenAi } from "../project/keys.ts";
import { findProject, type Project } from "../project/root.ts";
import { copyShippedStack } from "../project/shipped-stack.ts";
import { ensureStateFolder } from "../project/state.ts";

export interface LoadRequest {
  readonly cwd: string;
  readonly shell: Readonly<Record<string, string | undefined>>;
  readonly files: readonly string[];
  readonly envFile: string | undefined;
  readonly projectName: string | undefined;
  readonly profiles: readonly string[];
  readonly packageRoot: string;
  readonly version: string;
}

export interface Environment {
  readonly project: Project;
  /** As Compose sees them: the shell before .env. */
  readonly variables: Readonly<Record<string, string>>;
  /** Null where there is no such file. */
  readonly envText: string | null;
  /** Variable -> its line in the file. */
  readonly lines: Readonly<Record<string, number>>;
  /** The shell holds the gateway's key as OPENAI_API_KEY, which is left out of `variables`. */
  readonly gatewayKeyInShell: boolean;
  /** What must never be shown: by name and value. */
  readonly secrets: readonly Secret[];
}

export interface Loaded {
  readonly stack: StackSpec;
  /** The Compose file's top-level `x-goat`. */
  readonly settings: unknown;
  /** `file:line:column message`. */
  readonly warnings: readonly string[];
}

/** Where the project is and what its variables are. Throws compose-file-missing, env-file-invalid. */
export const readEnvironment = (request: LoadRequest): Environment => {
  const { cwd, files, shell } = request;
  const project = findProject({
    cwd,
    files,
    exists: (path) => kindOf(path) !== "missing",
    ...(request.envFile === undefined ? {} : { envFile: request.envFile }),
  });
  const envText = readTextIfThere(project.envFile) ?? null;
  const fromShell = Object.fromEntries(
    Object.entries(shell).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  const parsed = parseEnvFile(envText ?? "", project.envFile, (name) => fromShell[name]);
  refuseMistakes(inside(project.root, project.envFile), parsed.mistakes);
  const master = fromShell["LITELLM_MASTER_KEY"] ?? parsed.variables["LITELLM_MASTER_KEY"];
  const gatewayKeyInShell = isGatewayKeyAsOpenAi({ ...fromShell, LITELLM_MASTER_KEY: master });
  const { OPENAI_API_KEY: _gatewayKey, ...others } = fromShell;
  const variables = { ...parsed.variables, ...(gatewayKeyInShell ? others : fromShell) };
  // A value that the shell overrides is a secret all the same.
  const secrets = [...secretsIn(parsed.variables), ...secretsIn(variables)];
  return { project, variables, envText, lines: parsed.lines, gatewayKeyInShell, secrets };
};

/** As the Compose file's mistakes are placed: relative to the project's root where it is inside. */
const inside = (root: string, path: string): string => (path.startsWith(`${root}/`) ? relative(root, path) : path);

const refuseMistakes = (
  file: string,
  mistakes: readonly { readonly line: number; readonly message: string }[],
): void => {
  const [first] = mistakes;
  if (first === undefined) return;
  throw new GoatError("env-file-invalid", `${file}:${first.line} ${first.message}`, {
    evidence: mistakes.slice(1).map(({ line, message }) => `${file}:${line} ${message}`),
    fixes: [{ command: `$EDITOR +${first.line} ${file}`, effect: "a line reads NAME=value" }],
  });
};

/** Reads the Compose file, after making the copy of the shipped one where the project has none of its own. */
export const load = async (request: LoadRequest, { project, variables, envText }: Environment): Promise<Loaded> => {
  const notes: string[] = [];
  if (project.shipped) {
    const to = dirname(project.composeFiles[0] ?? "");
    // First, so that git never sees the copy.
    await ensureStateFolder(project.stateDir);
    const copied = await copyShippedStack({ from: join(request.packageRoot, "dev"), to, version: request.version });
    if (copied.outcome === "refreshed") notes.push(`${to} is of this version now; your edits are in ${copied.editsIn}`);
  }
  const [first = ""] = project.composeFiles;
  const name = request.projectName ?? (variables["COMPOSE_PROJECT_NAME"] || undefined) ?? project.defaultName;
  const { stack, warnings, settings } = loadStack({
    files: project.composeFiles.map((path) => ({ path, text: readCompose(path) })),
    workingDir: dirname(first),
    root: project.root,
    variables,
    projectName: name,
    profiles: profilesOf(request, variables),
    environmentFiles: envText === null ? [] : [project.envFile],
    host: hostFiles,
  });
  return {
    stack,
    settings,
    warnings: [...notes, ...warnings.map(({ file, line, column, message }) => `${file}:${line}:${column} ${message}`)],
  };
};

const readCompose = (path: string): string => {
  const text = readTextIfThere(path);
  if (text !== undefined) return text;
  throw new GoatError("compose-file-missing", `there is no ${path}`);
};

const profilesOf = ({ profiles }: LoadRequest, variables: Readonly<Record<string, string>>): readonly string[] =>
  profiles.length > 0
    ? profiles
    : (variables["COMPOSE_PROFILES"] ?? "")
        .split(",")
        .map((name) => name.trim())
        .filter((name) => name !== "");
