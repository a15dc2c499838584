// Collects what the recorder needs to run: the built files that it reaches from its entry. Packages are inside of them.
import { cp, mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { BuildError } from "./docker.mjs";
import { hashOf } from "./inputs.mjs";

const required = /\brequire\("(\.{1,2}\/[^"]+)"\)/gu;

/** The recorder's files as `{ from, to }`, `to` relative to the image's /app, sorted. */
export async function recorderFiles(dist) {
  const entry = join(dist, "recorder", "main.js");
  if (!(await isFile(entry))) throw new BuildError(`${entry} does not exist: run npm run build first`);
  const found = [...(await reachable(entry)), join(dist, "package.json"), join(dist, "licenses.txt")];
  return found.map((from) => ({ from, to: join("dist", relative(dist, from)) })).sort((a, b) => (a.to < b.to ? -1 : 1));
}

/** The package.json beside the recorder's files: what makes them modules, and says which version they are. */
export async function recorderManifest(dist) {
  const { name, version } = JSON.parse(await readFile(join(dist, "..", "package.json"), "utf8"));
  return JSON.stringify({ name, version, type: "module" });
}

export async function recorderHash(files, manifest) {
  const parts = [manifest];
  for (const { from, to } of files) parts.push(to, await readFile(from));
  return hashOf(...parts);
}

/** Puts the files and their package.json below `app/` of a build context. */
export async function stageRecorder(files, manifest, context) {
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
