// Collects what the recorder needs to run: the built files it reaches from its entry, and the packages they import.
import { cp, mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { builtinModules } from "node:module";
import { dirname, join, relative, resolve, sep } from "node:path";
import { BuildError } from "./docker.mjs";
import { filesBelow, hashOf } from "./inputs.mjs";

const specifiers = /(?:\bfrom|\bimport)\s*\(?\s*["']([^"']+)["']/gu;

/** The recorder's files as `{ from, to }`, `to` relative to the image's /app, sorted. */
export async function recorderFiles(dist) {
  const entry = join(dist, "recorder", "main.js");
  if (!(await isFile(entry))) throw new BuildError(`${entry} does not exist: run npm run build first`);
  const { modules, packages } = await reachable(entry);
  const files = modules.map((from) => ({ from, to: join("dist", relative(dist, from)) }));
  for (const folder of await packageClosure(packages, dist)) {
    for (const file of await filesBelow(folder)) {
      const inner = folder.slice(folder.indexOf(`${sep}node_modules${sep}`) + 1);
      if (!file.startsWith(`node_modules${sep}`)) files.push({ from: join(folder, file), to: join(inner, file) });
    }
  }
  return files.sort((a, b) => (a.to < b.to ? -1 : 1));
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
  const packages = new Set();
  const queue = [entry];
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (modules.has(file)) continue;
    modules.add(file);
    for (const [, name] of (await readFile(file, "utf8")).matchAll(specifiers)) {
      if (name.startsWith(".")) queue.push(resolve(dirname(file), name));
      else if (!isBuiltin(name)) packages.add(packageName(name));
    }
  }
  return { modules: [...modules], packages: [...packages] };
}

async function packageClosure(names, dist) {
  const folders = new Set();
  const queue = names.map((name) => ({ name, from: dist, optional: false }));
  for (let wanted = queue.pop(); wanted !== undefined; wanted = queue.pop()) {
    const folder = await packageFolder(wanted.name, wanted.from);
    if (folder === undefined && wanted.optional) continue;
    if (folder === undefined) throw new BuildError(`package ${wanted.name} is not installed: run npm ci first`);
    if (folders.has(folder)) continue;
    folders.add(folder);
    const manifest = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    const { dependencies = {}, optionalDependencies = {} } = manifest;
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      queue.push({ name, from: folder, optional: name in optionalDependencies });
    }
  }
  return folders;
}

async function packageFolder(name, from) {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, "node_modules", name);
    if (await isFile(join(candidate, "package.json"))) return candidate;
    if (folder === dirname(folder)) return undefined;
  }
}

function packageName(specifier) {
  return specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
}

function isBuiltin(name) {
  return name.startsWith("node:") || builtinModules.includes(name);
}

async function isFile(path) {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
