import { dirname, relative, resolve } from "node:path";
import { GoatError } from "../errors/goat-error.ts";
import { type Secret, secretsIn } from "../events/redact.ts";
import { isTaken, kindOf } from "../platform/files.ts";
import { readTextFile, type TextFile } from "../platform/text-file.ts";
import { parseEnvFile } from "../project/env-file.ts";
import { isGatewayKeyAsOpenAi } from "../project/keys.ts";
import { findProject, type Project } from "../project/root.ts";

export interface EnvironmentRequest {
  readonly cwd: string;
  readonly shell: Readonly<Record<string, string | undefined>>;
  /** Compose files that were typed. */
  readonly files: readonly string[];
  /** From --env-file: later ones over earlier ones. */
  readonly envFiles: readonly string[];
}

export interface Environment {
  readonly project: Project;
  /** As Compose sees them: the shell before .env. */
  readonly variables: Variables;
  /** The env files that were there to be read. */
  readonly environmentFiles: readonly string[];
  /** What the files alone say. */
  readonly written: Variables;
  /** Variable -> where a file sets it; of several assignments the one that counts. */
  readonly places: Readonly<Record<string, EnvPlace>>;
  /** The shell holds the gateway's key as OPENAI_API_KEY, which is left out of `variables`. */
  readonly gatewayKeyInShell: boolean;
  /** What must never be shown: by name and value. */
  readonly secrets: readonly Secret[];
}

interface EnvPlace {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** The line of an earlier assignment to the same variable that is not empty. */
  readonly earlier?: number;
}

type Variables = Readonly<Record<string, string>>;

/**
 * Finds the project and reads its variables. A folder named .env, as Python's venv may make it, is ignored, as Compose
 * ignores it. Throws compose-file-missing, env-file-invalid.
 */
export function readEnvironment(request: EnvironmentRequest): Environment {
  const shell = Object.fromEntries(
    Object.entries(request.shell).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  const { project, files } = locate(request, shell);
  const master = shell["LITELLM_MASTER_KEY"] ?? files.variables["LITELLM_MASTER_KEY"];
  const gatewayKeyInShell = isGatewayKeyAsOpenAi({ ...shell, LITELLM_MASTER_KEY: master });
  const { OPENAI_API_KEY: _gatewayKey, ...others } = shell;
  const variables = { ...files.variables, ...(gatewayKeyInShell ? others : shell) };
  // A value that the shell overrides is a secret all the same.
  const secrets = [...secretsIn(files.variables), ...secretsIn(variables)];
  const { variables: written, places, read: environmentFiles } = files;
  return { project, variables, written, environmentFiles, places, gatewayKeyInShell, secrets };
}

/**
 * Where neither -f nor the shell names a Compose file, .env may, as in Compose: its paths are relative to .env's
 * folder.
 */
function locate(request: EnvironmentRequest, shell: Variables) {
  const { cwd } = request;
  const envFiles = request.envFiles.length > 0 ? request.envFiles : split(shell["COMPOSE_ENV_FILES"], ",");
  const named = request.files.length > 0 ? request.files : composeFiles(shell);
  const project = findProject({ cwd, files: named, envFiles, exists: isTaken });
  const files = readFiles(project, envFiles.length > 0, shell);
  const written = named.length > 0 ? [] : composeFiles({ ...files.variables, ...shell });
  if (written.length === 0) return { project, files };
  const { envFile, envFiles: read } = project;
  const paths = written.map((path) => resolve(dirname(envFile), path));
  return {
    project: { ...findProject({ cwd, files: paths, envFiles, exists: isTaken }), envFile, envFiles: read },
    files,
  };
}

function composeFiles(variables: Variables): readonly string[] {
  return split(variables["COMPOSE_FILE"], variables["COMPOSE_PATH_SEPARATOR"] ?? ":");
}

function split(text: string | undefined, separator: string): readonly string[] {
  return (text ?? "").split(separator).filter((part) => part !== "");
}

interface FromFiles {
  readonly variables: Variables;
  readonly read: readonly string[];
  readonly places: Environment["places"];
}

function readFiles({ root, envFiles }: Project, areAskedFor: boolean, shell: Variables): FromFiles {
  if (!areAskedFor && isTrue(shell["COMPOSE_DISABLE_ENV_FILE"])) return { variables: {}, read: [], places: {} };
  let [variables, places]: [Variables, Environment["places"]] = [{}, {}];
  const read: string[] = [];
  for (const file of envFiles) {
    const text = readEnvText(root, file, areAskedFor);
    if (text === null) continue;
    const known = variables;
    const parsed = parseEnvFile(text, (name) => shell[name] ?? known[name]);
    refuseMistakes(inside(root, file), parsed.mistakes);
    const own = Object.entries(parsed.lines).map(([name, line]) => {
      const earlier = parsed.earlier[name];
      return [name, { file, line, ...(earlier === undefined ? {} : { earlier }) }] as const;
    });
    variables = { ...known, ...parsed.variables };
    places = { ...places, ...Object.fromEntries(own) };
    read.push(file);
  }
  return { variables, read, places };
}

/** True for the words that Go, and so Compose, reads as true. */
function isTrue(text: string | undefined): boolean {
  return ["1", "t", "T", "true", "TRUE", "True"].includes(text ?? "");
}

/** Null where there is no .env. Throws env-file-invalid, also where a file that was asked for is missing. */
function readEnvText(root: string, envFile: string, isAskedFor: boolean): string | null {
  if (!isAskedFor && kindOf(envFile) === "directory") return null;
  const file = readTextFile(envFile);
  if (file.state === "text" && !isReturnsAlone(file.text)) return file.text;
  if (file.state === "missing" && !isAskedFor) return null;
  const shown = inside(root, envFile);
  const why = file.state === "missing" ? `there is no ${shown}` : `${shown} ${whyNot(file)}`;
  throw new GoatError("env-file-invalid", why, {
    fixes: [{ command: `ls -ld ${shown}`, effect: "shows what is there; it has to be a text file" }],
  });
}

/**
 * True for line ends of an old Mac (CR): other programs read such a file as one line, and ignore it where it begins
 * with #.
 */
function isReturnsAlone(text: string): boolean {
  return text.includes("\r") && !text.includes("\n") && text.trim() !== "";
}

function whyNot(file: Exclude<TextFile, { readonly state: "missing" }>): string {
  return file.state === "text" ? "has line ends of CR alone, which no program here reads: save it with LF" : file.why;
}

/** A path as messages show it: relative to the project's root where it lies inside. */
export function inside(root: string, path: string): string {
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
