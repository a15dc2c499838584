import { dirname, join, relative } from "node:path";
import { loadStack } from "../compose/load.ts";
import { withMountedFiles } from "../compose/mounted-files.ts";
import { GoatError } from "../errors/goat-error.ts";
import { type Secret, secretsIn } from "../events/redact.ts";
import type { StackSpec } from "../model/stack.ts";
import { isTaken, kindOf } from "../platform/files.ts";
import { readTextFile } from "../platform/text-file.ts";
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

/**
 * Where the project is and what its variables are. A folder named .env, as Python's venv makes it, is passed over, as Compose
 * does. Throws compose-file-missing, env-file-invalid.
 */
export function readEnvironment(request: LoadRequest): Environment {
  const { cwd, files, shell } = request;
  const project = findProject({
    cwd,
    files,
    exists: isTaken,
    ...(request.envFile === undefined ? {} : { envFile: request.envFile }),
  });
  const envText = readEnvText(project, request.envFile !== undefined);
  const fromShell = Object.fromEntries(
    Object.entries(shell).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  const parsed = parseEnvFile(envText ?? "", (name) => fromShell[name]);
  refuseMistakes(inside(project.root, project.envFile), parsed.mistakes);
  const master = fromShell["LITELLM_MASTER_KEY"] ?? parsed.variables["LITELLM_MASTER_KEY"];
  const gatewayKeyInShell = isGatewayKeyAsOpenAi({ ...fromShell, LITELLM_MASTER_KEY: master });
  const { OPENAI_API_KEY: _gatewayKey, ...others } = fromShell;
  const variables = { ...parsed.variables, ...(gatewayKeyInShell ? others : fromShell) };
  // A value that the shell overrides is a secret all the same.
  const secrets = [...secretsIn(parsed.variables), ...secretsIn(variables)];
  return { project, variables, envText, lines: parsed.lines, gatewayKeyInShell, secrets };
}

/** Null where there is no .env; one that was asked for has to be there. */
function readEnvText({ root, envFile }: Project, isAskedFor: boolean): string | null {
  if (!isAskedFor && kindOf(envFile) === "directory") return null;
  const file = readTextFile(envFile);
  if (file.state === "text") return file.text;
  if (file.state === "missing" && !isAskedFor) return null;
  const shown = inside(root, envFile);
  const why = file.state === "missing" ? `there is no ${shown}` : `${shown} ${file.why}`;
  throw new GoatError("env-file-invalid", why, {
    fixes: [{ command: `ls -ld ${shown}`, effect: "shows what is there; it has to be a text file" }],
  });
}

/** As the Compose file's mistakes are placed: relative to the project's root where it is inside. */
function inside(root: string, path: string): string {
  return path.startsWith(`${root}/`) ? relative(root, path) : path;
}

function refuseMistakes(file: string, mistakes: readonly { readonly line: number; readonly message: string }[]): void {
  const [first] = mistakes;
  if (first === undefined) return;
  throw new GoatError("env-file-invalid", `${file}:${first.line} ${first.message}`, {
    evidence: mistakes.slice(1).map(({ line, message }) => `${file}:${line} ${message}`),
    fixes: [{ command: `$EDITOR +${first.line} ${file}`, effect: "a line reads NAME=value" }],
  });
}

/** Reads the Compose file, after making the copy of the shipped one where the project has none of its own. */
export async function load(
  request: LoadRequest,
  { project, variables, envText }: Environment,
  signal: AbortSignal,
): Promise<Loaded> {
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
    files: project.composeFiles.map((path) => ({ path, text: readCompose(path, project.root) })),
    workingDir: dirname(first),
    root: project.root,
    variables,
    projectName: name,
    profiles: profilesOf(request, variables),
    environmentFiles: envText === null ? [] : [project.envFile],
    readFile: readTextFile,
  });
  return {
    stack: await withMountedFiles(stack, project.root, signal),
    settings,
    warnings: [...notes, ...warnings.map(({ file, line, column, message }) => `${file}:${line}:${column} ${message}`)],
  };
}

function readCompose(path: string, root: string): string {
  const file = readTextFile(path);
  if (file.state === "text") return file.text;
  const shown = inside(root, path);
  const fixes = [{ command: "goat-dev -f FILE …", effect: "takes another Compose file" }];
  if (file.state === "missing") throw new GoatError("compose-file-missing", `there is no ${shown}`, { fixes });
  throw new GoatError("compose-invalid", `${shown} ${file.why}`, { fixes });
}

function profilesOf({ profiles }: LoadRequest, variables: Readonly<Record<string, string>>): readonly string[] {
  return profiles.length > 0
    ? profiles
    : (variables["COMPOSE_PROFILES"] ?? "")
        .split(",")
        .map((name) => name.trim())
        .filter((name) => name !== "");
}
