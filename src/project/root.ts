import { basename, dirname, join, resolve } from "node:path";
import { GoatError } from "../errors/goat-error.ts";

export interface Project {
  readonly root: string;
  readonly composeFiles: readonly string[];
  /** The .env that is edited, the last of those that are read; it need not be there yet. */
  readonly envFile: string;
  /** Later files win over earlier ones. */
  readonly envFiles: readonly string[];
  /** `.goat-dev` in the root. */
  readonly stateDir: string;
  /** True where the stack is the package's own, to be copied before it is used. */
  readonly shipped: boolean;
  /** The shipped stack's name where no flag or variable gives one; the file's own would be the same everywhere. */
  readonly defaultName?: string;
}

/** The project name that Compose derives from a folder's name. */
export function nameFromFolder(folder: string): string {
  return basename(folder)
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, "")
    .replace(/^[_-]+/, "");
}

interface ProjectQuestion {
  readonly cwd: string;
  /** From -f; relative to cwd. */
  readonly files: readonly string[];
  /** From --env-file; relative to cwd. */
  readonly envFiles?: readonly string[];
  exists(path: string): boolean;
}

/**
 * The project of the nearest folder upwards with dev/docker-compose.yml, else of the git root, else of `cwd`. Throws
 * compose-file-missing where a file of -f does not exist.
 */
export function findProject(question: ProjectQuestion): Project {
  const project = locate(question);
  const envFiles = (question.envFiles ?? []).map((path) => resolve(question.cwd, path));
  const envFile = envFiles.at(-1);
  return envFile === undefined ? project : { ...project, envFile, envFiles };
}

const composePath = join("dev", "docker-compose.yml");

function locate(question: ProjectQuestion): Project {
  const { cwd, exists } = question;
  const folders = upwards(resolve(cwd));
  const own = folders.find((folder) => exists(join(folder, composePath)));
  const files = question.files.map((file) => resolve(cwd, file));
  if (own !== undefined && (files.length === 0 || files[0] === join(own, composePath))) {
    return ownProject(own, files.length === 0 ? [join(own, composePath)] : files);
  }
  if (files.length > 0) return namedProject(files, question);
  return shippedProject(folders.find((folder) => exists(join(folder, ".git"))) ?? resolve(cwd));
}

function upwards(from: string): readonly string[] {
  const parent = dirname(from);
  return parent === from ? [from] : [from, ...upwards(parent)];
}

const stateFolder = ".goat-dev";

function ownProject(root: string, composeFiles: readonly string[]): Project {
  const envFile = join(root, ".env");
  return {
    root,
    composeFiles,
    envFile,
    envFiles: [envFile],
    stateDir: join(root, stateFolder),
    shipped: false,
  };
}

/** As Compose: the first file's folder is the project, and the .env beside it is read. */
function namedProject(files: readonly string[], question: ProjectQuestion): Project {
  const { cwd, exists } = question;
  const missing = question.files[files.findIndex((file) => !exists(file))];
  if (missing !== undefined) {
    throw new GoatError("compose-file-missing", `there is no ${missing}`, {
      fixes: [
        { command: "goat-dev up", effect: "uses the nearest dev/docker-compose.yml, or the stack that goat-dev ships" },
      ],
    });
  }
  return ownProject(dirname(files[0] ?? cwd), files);
}

const stackFolder = "stack";

function shippedProject(root: string): Project {
  const stateDir = join(root, stateFolder);
  const envFile = join(root, ".env");
  const folder = nameFromFolder(root);
  return {
    root,
    composeFiles: [join(stateDir, stackFolder, "docker-compose.yml")],
    envFile,
    envFiles: [envFile],
    stateDir,
    shipped: true,
    defaultName: folder === "" ? "goat" : `goat-${folder}`,
  };
}
