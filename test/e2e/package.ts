import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { promisify } from "node:util";

const root = join(import.meta.dirname, "..", "..");
const run = promisify(execFile);

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

const compile = async (project: string, to: string): Promise<void> => {
  const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
  await run(process.execPath, [tsc, "-p", join(root, project), "--outDir", to, "--noCheck"]);
};

/** Lays out what would be published, with its dependencies beside it: a build during the run changes nothing here. Gives bin's path. */
export const layOutPackage = async (to: string): Promise<string> => {
  mkdirSync(to, { recursive: true });
  const manifest: { readonly files: readonly string[] } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const stale = isStale();
  for (const name of ["package.json", ...manifest.files]) {
    if (stale && name === "dist") await compile("tsconfig.build.json", join(to, "dist"));
    else if (existsSync(join(root, name))) cpSync(join(root, name), join(to, name), { recursive: true });
  }
  if (stale) await compile("tsconfig.templates.json", join(to, "templates"));
  symlinkSync(join(root, "node_modules"), join(to, "node_modules"));
  return join(to, "bin", "goat-dev.js");
};
