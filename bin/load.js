// Loads dist and keeps its compiled code in the user's cache folder: compiling it anew would be a quarter of a short run.
const { hash } = require("node:crypto");
const fs = require("node:fs");
const nodeModule = require("node:module");
const { homedir } = require("node:os");
const { dirname, join } = require("node:path");
const { constants, Script } = require("node:vm");

const unusedAfterMs = 30 * 24 * 3_600_000;

/** Undefined where there is no such folder: kept code is run, so nobody else may be able to write it. */
function cacheFolder() {
  try {
    const base = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
    const folder = join(base, "goat-dev", "code", `${process.version}-${process.arch}`);
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    const { uid, mode } = fs.statSync(folder);
    const isOwn = process.getuid === undefined || (uid === process.getuid() && (mode & 0o022) === 0);
    return isOwn ? folder : undefined;
  } catch {
    return undefined;
  }
}

function readIfThere(path) {
  try {
    return fs.readFileSync(path);
  } catch {
    return undefined;
  }
}

/** A `require` for dist's files, which takes their compiled code from the folder; `keep` puts there what was compiled anew. */
function createLoader(folder) {
  const modules = new Map();
  const compiled = [];
  const compile = (filename) => {
    const bytes = fs.readFileSync(filename);
    const path = join(folder, hash("sha256", bytes));
    const source = bytes.toString();
    const cachedData = readIfThere(path);
    const importModuleDynamically = constants.USE_MAIN_CONTEXT_DEFAULT_LOADER;
    const script = new Script(nodeModule.wrap(source), { filename, cachedData, importModuleDynamically });
    if (cachedData === undefined || script.cachedDataRejected) compiled.push({ path, script });
    return script.runInThisContext();
  };
  const load = (file) => {
    const known = modules.get(file);
    if (known !== undefined) return known.exports;
    const module = { exports: {} };
    modules.set(file, module);
    const beside = dirname(file);
    const inside = (name) => (name.startsWith(".") ? load(join(beside, name)) : require(name));
    compile(file)(module.exports, inside, module, file, beside);
    return module.exports;
  };
  const keep = () => {
    for (const { path, script } of compiled) {
      fs.writeFileSync(`${path}.${process.pid}`, script.createCachedData(), { mode: 0o600 });
      fs.renameSync(`${path}.${process.pid}`, path);
    }
    if (compiled.length > 0) removeOld(folder);
  };
  return { load, keep };
}

function removeOld(folder) {
  for (const path of fs.readdirSync(folder).map((name) => join(folder, name))) {
    if (Date.now() - fs.statSync(path).mtimeMs > unusedAfterMs) fs.rmSync(path, { force: true });
  }
}

/**
 * Runs a CommonJS file. Node's own module.enableCompileCache does not keep what was compiled when it was first called, which is
 * most of it; its NODE_DISABLE_COMPILE_CACHE switches this off as well.
 */
function load(file) {
  const folder = process.env.NODE_DISABLE_COMPILE_CACHE ? undefined : cacheFolder();
  if (folder === undefined) return require(file);
  const loader = createLoader(folder);
  process.once("exit", () => {
    try {
      loader.keep();
    } catch {
      // Without room for it the next run starts slower, and works as well.
    }
  });
  return loader.load(file);
}

module.exports = { load };
