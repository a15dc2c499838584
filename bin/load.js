// Loads dist and keeps its compiled code in the user's cache folder: compiling it anew would be a quarter of a short run.
const fs = require("node:fs");
const { homedir } = require("node:os");
const { basename, dirname, join } = require("node:path");
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

/**
 * What a file's compiled code is kept as: its name, which the build ends in a hash of the content, and what an edit by hand
 * changes. Null where the name has no hash: npm gives every version's files the same time.
 */
function keyOf(filename) {
  if (!/-[\w-]{8}\.js$/.test(filename)) return null;
  const { size, mtimeMs } = fs.statSync(filename);
  return `${basename(filename)}-${size}-${mtimeMs}`;
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
    const key = keyOf(filename);
    const path = key === null ? null : join(folder, key);
    const cachedData = path === null ? undefined : readIfThere(path);
    const source = `(function (exports, require, module, __filename, __dirname) { ${fs.readFileSync(filename, "utf8")}\n});`;
    const importModuleDynamically = constants.USE_MAIN_CONTEXT_DEFAULT_LOADER;
    const script = new Script(source, { filename, cachedData, importModuleDynamically });
    const isNew = cachedData === undefined || script.cachedDataRejected;
    if (path !== null && isNew) compiled.push({ path, script });
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
