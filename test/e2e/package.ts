import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

const root = join(import.meta.dirname, "..", "..");

const newest = (folder: string): number =>
  Math.max(
    ...readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs),
  );

const isStale = (): boolean => {
  const entry = join(root, "dist", "main.js");
  return !existsSync(entry) || newest(join(root, "dist")) < newest(join(root, "src"));
};

/** A pattern such as scripts/*.py, as npm has it; any other name as it is. */
const filesOf = (pattern: string): readonly string[] => {
  const [folder = "", ending] = pattern.split("/*");
  if (ending === undefined) return [pattern];
  return readdirSync(join(root, folder)).flatMap((name) => (name.endsWith(ending) ? [join(folder, name)] : []));
};

/** Lays out what would be published, with its dependencies beside it: a build during the run changes nothing here. Gives bin's path. */
export const layOutPackage = async (to: string): Promise<string> => {
  mkdirSync(to, { recursive: true });
  const manifest: { readonly files: readonly string[] } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const stale = isStale();
  for (const name of ["package.json", ...manifest.files.filter((pattern) => !pattern.startsWith("!"))].flatMap(
    filesOf,
  )) {
    const isLeft = !existsSync(join(root, name)) || (stale && name === "dist");
    if (!isLeft) cpSync(join(root, name), join(to, name), { recursive: true });
  }
  if (stale) await promisify(execFile)(process.execPath, [join(root, "scripts", "build.mjs"), "--out", to]);
  symlinkSync(join(root, "node_modules"), join(to, "node_modules"));
  return join(to, "bin", "goat-dev.js");
};
