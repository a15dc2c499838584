// Collects what one of the built programs needs to run: the files that it reaches from its entry. Packages are inside of them.
import { cp, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { BuildError } from "./docker.mjs";
import { hashOf } from "./inputs.mjs";

const required = /\brequire\("(\.{1,2}\/[^"]+)"\)/gu;

/** The program's files as `{ from, to }`, `to` relative to the package, sorted. `others` are of the package's folder beside dist. */
export async function programFiles(dist, name, others = []) {
  const entry = join(dist, name, "main.js");
  if (!(await isFile(entry))) throw new BuildError(`${entry} does not exist: run npm run build first`);
  const beside = (await readdir(dirname(entry)))
    .filter((file) => !file.endsWith(".js"))
    .map((file) => join(dirname(entry), file));
  const built = [...(await reachable(entry)), ...beside, join(dist, "package.json"), join(dist, "licenses.txt")];
  return [
    ...built.map((from) => ({ from, to: join("dist", relative(dist, from)) })),
    ...others.map((to) => ({ from: join(dist, "..", to), to })),
  ].sort((a, b) => (a.to < b.to ? -1 : 1));
}

/** The page's files, relative to the package. */
export async function pageFiles(dist) {
  const entries = await readdir(join(dist, "web"), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(join(dist, ".."), join(entry.parentPath, entry.name)));
}

/** The package.json beside the program's files: what makes them modules, and says which version they are. */
export async function programManifest(dist) {
  const { name, version } = JSON.parse(await readFile(join(dist, "..", "package.json"), "utf8"));
  return JSON.stringify({ name, version, type: "module" });
}

export async function programHash(files, manifest) {
  const parts = [manifest];
  for (const { from, to } of files) parts.push(to, await readFile(from));
  return hashOf(...parts);
}

/** Puts the files and their package.json below `app/` of a build context. */
export async function stageProgram(files, manifest, context) {
  for (const { from, to } of files) {
    const target = join(context, "app", to);
    await mkdir(dirname(target), { recursive: true });
    await cp(from, target);
  }
  await writeFile(join(context, "app", "package.json"), manifest);
}

async function reachable(entry) {
  const modules = new Set();
  const queue = [entry];
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (modules.has(file)) continue;
    modules.add(file);
    for (const [, name] of (await readFile(file, "utf8")).matchAll(required)) queue.push(join(dirname(file), name));
  }
  return modules;
}

async function isFile(path) {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
