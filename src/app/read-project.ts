import { dirname, join } from "node:path";
import { type LoadedStack, loadStack } from "../compose/load.ts";
import { withMountedFiles } from "../compose/mounted-files.ts";
import { GoatError } from "../errors/goat-error.ts";
import type { StackSpec } from "../model/stack.ts";
import { kindOf } from "../platform/files.ts";
import { readTextFile } from "../platform/text-file.ts";
import type { Project } from "../project/root.ts";
import { copyShippedStack } from "../project/shipped-stack.ts";
import { ensureStateFolder } from "../project/state.ts";
import { type Environment, type EnvironmentRequest, inside } from "./read-environment.ts";

export interface LoadRequest extends EnvironmentRequest {
  readonly projectName: string | undefined;
  readonly profiles: readonly string[];
  readonly packageRoot: string;
  readonly version: string;
}

export interface Loaded {
  readonly stack: StackSpec;
  /** The Compose file's top-level `x-goat`. */
  readonly settings: unknown;
  /** `file:line:column message`. */
  readonly warnings: readonly string[];
}

/** Reads the Compose file, after making the copy of the shipped one where the project has none of its own. */
export async function load(request: LoadRequest, environment: Environment, signal: AbortSignal): Promise<Loaded> {
  const { project } = environment;
  const notes: string[] = passedOver(request, project);
  if (project.shipped) {
    const to = dirname(project.composeFiles[0] ?? "");
    // Made first, with its .gitignore, so that git never sees the copy.
    await ensureStateFolder(project.stateDir);
    const copied = await copyShippedStack({ from: join(request.packageRoot, "dev"), to, version: request.version });
    if (copied.outcome === "refreshed") notes.push(`${to} is of this version now; your edits are in ${copied.editsIn}`);
  }
  const { stack, warnings, settings } = readCompose(request, environment);
  return {
    stack: await withMountedFiles(stack, project.root, signal),
    settings,
    warnings: [...notes, ...warnings.map(({ file, line, column, message }) => `${file}:${line}:${column} ${message}`)],
  };
}

/** What the Compose file says, before the files that it mounts are looked at; nothing is written. */
export function readCompose(
  request: Pick<LoadRequest, "projectName" | "profiles">,
  { project, variables, environmentFiles }: Environment,
): LoadedStack {
  const [first = ""] = project.composeFiles;
  return loadStack({
    files: project.composeFiles.map((path) => ({ path, text: readText(path, project.root) })),
    workingDir: dirname(first),
    root: project.root,
    variables,
    projectName: request.projectName ?? (variables["COMPOSE_PROJECT_NAME"] || undefined) ?? project.defaultName,
    profiles: profilesOf(request, variables),
    environmentFiles,
    readFile: readTextFile,
  });
}

/** A note where the current folder's .env is not read: with -f, Compose reads only the one beside the first file. */
function passedOver({ cwd, files }: LoadRequest, { root, envFile }: Project): string[] {
  const here = join(cwd, ".env");
  if (files.length === 0 || envFile !== join(root, ".env") || here === envFile || kindOf(here) !== "file") return [];
  return [`.env is not read: with -f, Compose reads ${inside(cwd, envFile)}; --env-file .env takes this one`];
}

/** Says that the shipped stack is used although the folder has a Compose file of its own; null where that is not so. */
export function insteadOfOwn(cwd: string, { root, shipped }: Project): string | null {
  if (!shipped) return null;
  const found = [...new Set([cwd, root])].flatMap((folder) => composeNames.map((name) => join(folder, name)));
  const own = found.find((path) => kindOf(path) === "file");
  return own === undefined ? null : `this is goat-dev's own stack: -f ${inside(cwd, own)} runs yours`;
}

/** In Compose's order. */
const composeNames = ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];

function readText(path: string, root: string): string {
  const file = readTextFile(path);
  if (file.state === "text") return file.text;
  const shown = inside(root, path);
  const fixes = [{ command: "goat-dev -f FILE …", effect: "takes another Compose file" }];
  if (file.state === "missing") throw new GoatError("compose-file-missing", `there is no ${shown}`, { fixes });
  throw new GoatError("compose-invalid", `${shown} ${file.why}`, { fixes });
}

/** The active profiles; where none is set, one with the empty name, as in Compose. */
function profilesOf(
  { profiles }: Pick<LoadRequest, "profiles">,
  variables: Readonly<Record<string, string>>,
): readonly string[] {
  return profiles.length > 0 ? profiles : (variables["COMPOSE_PROFILES"] ?? "").split(",").map((name) => name.trim());
}
