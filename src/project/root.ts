import { basename, dirname, join, resolve } from "node:path";
import { GoatError } from "../errors/goat-error.ts";

export interface Project {
  readonly root: string;
  readonly composeFiles: readonly string[];
  /** The .env that is read and edited; it need not be there yet. */
  readonly envFile: string;
  /** `.goat-dev`, beside .env. */
  readonly stateDir: string;
  /** True where the stack is the package's own, to be copied before it is used. */
  readonly shipped: boolean;
  /** The stack's name where neither flag nor variable gives one and the file's own would clash. */
  readonly defaultName?: string;
}

/** A folder's name as Compose makes a project's name of it. */
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
  readonly envFile?: string;
  exists(path: string): boolean;
}

/** Where am I: the nearest folder with dev/docker-compose.yml, else the git root, else here. Throws compose-file-missing for -f. */
export function findProject(question: ProjectQuestion): Project {
  const project = locate(question);
  return question.envFile === undefined ? project : { ...project, envFile: resolve(question.cwd, question.envFile) };
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

function ownProject(root: string, composeFiles: readonly string[], envFile = join(root, ".env")): Project {
  return {
    root,
    composeFiles,
    envFile,
    stateDir: join(dirname(envFile), stateFolder),
    shipped: false,
  };
}

/** As Compose: the first file's folder is the project, and a .env in the current folder comes before the one beside it. */
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
  const root = dirname(files[0] ?? cwd);
  const beside = join(cwd, ".env");
  return ownProject(root, files, exists(beside) ? beside : join(root, ".env"));
}

const stackFolder = "stack";

function shippedProject(root: string): Project {
  const stateDir = join(root, stateFolder);
  const folder = nameFromFolder(root);
  return {
    root,
    composeFiles: [join(stateDir, stackFolder, "docker-compose.yml")],
    envFile: join(root, ".env"),
    stateDir,
    shipped: true,
    defaultName: folder === "" ? "goat" : `goat-${folder}`,
  };
}
