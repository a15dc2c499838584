import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { GoatError } from "../../errors/goat-error.ts";
import { kindOf } from "../../platform/files.ts";
import { readTextIfThere } from "../../platform/text-file.ts";
import { nameFromFolder } from "../../project/root.ts";
import { isByproduct } from "../../project/shipped-stack.ts";

export interface PlannedFile {
  /** Below the root. */
  readonly path: string;
  readonly text: string;
  readonly state: FileState;
  /** Such as the lines that are added. */
  readonly note?: string;
}

/** What becomes of a file: `differs` stays as it is, unless somebody says otherwise. */
type FileState = "new" | "extended" | "differs" | "same";

export interface InitPlan {
  readonly root: string;
  /** The stack's name. */
  readonly name: string;
  readonly files: readonly PlannedFile[];
}

interface InitRequest {
  readonly cwd: string;
  readonly packageRoot: string;
  readonly version: string;
  readonly projectName: string | undefined;
  /** Where a folder goes in the project -> its name in templates/. */
  readonly folders: Readonly<Record<string, string>>;
  /** With a section of AGENTS.md. */
  readonly agents: boolean;
}

const composePath = "dev/docker-compose.yml";

/** A line that .gitignore needs, and the patterns that ignore the same. */
interface Wanted {
  readonly line: string;
  readonly same: readonly string[];
}

const wanted: readonly Wanted[] = [
  { line: ".env", same: [".env", "/.env", ".env*", "/.env*", "*.env"] },
  { line: ".goat-dev/", same: [".goat-dev", ".goat-dev/", "/.goat-dev", "/.goat-dev/", ".goat-dev*"] },
];

/** What would be written where, and what is there already. Throws usage, file-unwritable; writes nothing. */
export function planInit(request: InitRequest): InitPlan {
  const root = rootFor(request.cwd);
  const { packageRoot, version } = request;
  const dev = join(packageRoot, "dev");
  const name = stackNameFor(root, request.projectName, readTextIfThere(join(root, composePath)));
  const wanted: (readonly [string, string])[] = filesIn(dev).map((path) => {
    const text = shippedText(join(dev, path));
    return [`dev/${path}`, path === "docker-compose.yml" ? composeTextFor(text, name, version) : text];
  });
  wanted.push([".env.example", shippedText(join(dev, ".env.example"))]);
  for (const [to, from] of Object.entries(request.folders)) {
    const folder = join(packageRoot, "templates", from);
    wanted.push(...filesIn(folder).map((path) => [`${to}/${path}`, shippedText(join(folder, path))] as const));
  }
  const files = [...wanted.map(([path, text]) => planFile(root, path, text)), planIgnore(root)];
  return { root, name, files: request.agents ? [...files, planAgents(root, packageRoot)] : files };
}

/** The nearest folder upwards that is a repository or has dev/docker-compose.yml, else the current folder. */
function rootFor(cwd: string): string {
  return (
    upwards(cwd).find((folder) => [".git", composePath].some((name) => kindOf(join(folder, name)) !== "missing")) ?? cwd
  );
}

function upwards(from: string): readonly string[] {
  return dirname(from) === from ? [from] : [from, ...upwards(dirname(from))];
}

const validName = /^[a-z0-9][a-z0-9_-]*$/;

/** The shipped file's name for the stack: projects that kept it would share one stack and its database. */
const shippedName = "goat";

/**
 * The stack's name: the one asked for, else that of an existing Compose file, else one made from the folder's. Throws
 * usage.
 */
function stackNameFor(root: string, asked: string | undefined, existing: string | undefined): string {
  if (asked !== undefined) {
    if (validName.test(asked)) return asked;
    throw new GoatError("usage", `${JSON.stringify(asked)} is no name for a stack: a-z, 0-9, - and _`, {
      fixes: [{ command: "goat-dev init --project-name my-stack", effect: "for example" }],
    });
  }
  const found = /^name:[ \t]*(["']?)([a-z0-9][a-z0-9_-]*)\1[ \t]*\r?$/m.exec(existing ?? "")?.[2];
  if (found !== undefined && found !== shippedName) return found;
  const folder = nameFromFolder(root);
  return folder === "" ? "goat-stack" : `goat-${folder}`;
}

/** The files below a folder, with / between their parts. */
function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter((path) => !path.split("/").some(isLeftOut))
    .sort();
}

/** .env.example goes beside dev/, not into it. */
function isLeftOut(name: string): boolean {
  return name === ".env.example" || isByproduct(name);
}

function shippedText(path: string): string {
  const text = readTextIfThere(path);
  if (text === undefined) throw new GoatError("internal", `the package lacks ${path}`);
  return text;
}

/** The shipped Compose file with this stack's name, and a first line that says which version of goat-dev wrote it. */
function composeTextFor(shipped: string, name: string, version: string): string {
  const written = `# Written by goat-dev ${version}: npx goat-dev@${version} init\n`;
  const named = shipped.replace(/^name: .*$/m, `name: ${name}`);
  if (!named.includes(`name: ${name}\n`)) throw new GoatError("internal", "the shipped Compose file has no name");
  return written + named;
}

function planFile(root: string, path: string, text: string): PlannedFile {
  const found = textAt(root, path);
  if (found === undefined) return { path, text, state: "new" };
  return { path, text, state: found === text ? "same" : "differs" };
}

/**
 * Undefined where there is no file. Throws file-unwritable where a folder is in a file's place, or a file in a
 * folder's.
 */
function textAt(root: string, path: string): string | undefined {
  const parts = path.split("/");
  for (const [index] of parts.entries()) {
    const at = parts.slice(0, index + 1).join("/");
    const kind = kindOf(join(root, at));
    const isLast = index === parts.length - 1;
    if (kind === "missing") return undefined;
    if ((kind === "file") !== isLast) throw inTheWay(at, isLast);
  }
  return readTextIfThere(join(root, path));
}

function inTheWay(path: string, isFolder: boolean): GoatError {
  return new GoatError(
    "file-unwritable",
    `${path} is a ${isFolder ? "folder" : "file"}, where a ${isFolder ? "file" : "folder"} goes`,
    {
      fixes: [{ command: `mv ${path} ${path}.old`, effect: "makes room; nothing was written" }],
    },
  );
}

function planAgents(root: string, packageRoot: string): PlannedFile {
  const path = "AGENTS.md";
  const found = textAt(root, path);
  const text = withSection(found ?? "", shippedText(join(packageRoot, "templates", "agents", path)));
  if (found === text) return { path, text, state: "same" };
  return { path, text, state: found === undefined ? "new" : "extended", note: "+ a section on the gateway" };
}

/** Where goat-dev's own section of AGENTS.md begins and ends, whatever else is in the file. */
const agentsSection = /<!-- goat-dev[^\n]*-->[\s\S]*?<!-- \/goat-dev -->\r?\n?/;

/** An AGENTS.md with this section: in the place of an older one, else at its end. Every other byte stays. */
function withSection(text: string, wanted: string): string {
  if (agentsSection.test(text)) return text.replace(agentsSection, () => wanted);
  const start = text === "" || text.endsWith("\n") ? text : `${text}\n`;
  return start === "" ? wanted : `${start}\n${wanted}`;
}

function planIgnore(root: string): PlannedFile {
  const path = ".gitignore";
  const found = textAt(root, path);
  const missing = missingIgnoreLines(found ?? "");
  const text = withIgnoreLines(found ?? "");
  if (missing.length === 0) return { path, text, state: "same" };
  return { path, text, state: found === undefined ? "new" : "extended", note: `+ ${missing.join(" ")}` };
}

/** Patterns by which git would ignore .env.example, and the line that takes it in again. */
const hidesTemplate = [".env*", "/.env*", ".env.*", "/.env.*"];

const showsTemplate = "!.env.example";

/** The lines that a .gitignore lacks to keep keys and state out of git, and .env.example in it. */
export function missingIgnoreLines(text: string): readonly string[] {
  const lines = patterns(text);
  const missing = wanted.filter(({ same }) => !isIgnored(lines, same)).map(({ line }) => line);
  const hidden = lines.findLastIndex((line) => hidesTemplate.includes(line));
  const shown = lines.findLastIndex((line) => line.replace("!/", "!") === showsTemplate);
  return hidden > shown ? [...missing, showsTemplate] : missing;
}

/** Lines as git reads them; the last that fits counts. */
function patterns(text: string): readonly string[] {
  return text
    .replace(/^\ufeff/, "")
    .split(/\r?\n/)
    .map((line) => line.trimEnd())
    .filter((line) => line !== "" && !line.startsWith("#"));
}

function isIgnored(lines: readonly string[], same: readonly string[]): boolean {
  const last = lines.findLast((line) => same.includes(line.replace(/^!/, "")));
  return last !== undefined && !last.startsWith("!");
}

/** A .gitignore with what it lacks at its end; every byte before stays. */
export function withIgnoreLines(text: string): string {
  const missing = missingIgnoreLines(text);
  if (missing.length === 0) return text;
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  const start = text === "" || text.endsWith("\n") ? text : text + newline;
  return start + missing.map((line) => line + newline).join("");
}
