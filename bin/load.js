// Loads dist and caches its compiled code in the user's cache folder: compiling anew would be a quarter of a short run.
const fs = require("node:fs");
const { homedir } = require("node:os");
const { basename, dirname, join } = require("node:path");
const { constants, Script } = require("node:vm");

const unusedAfterMs = 30 * 24 * 3_600_000;

/** Undefined where there is no folder that only this user can write to: the code that is cached there gets executed. */
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
 * The name of a file's compiled code in the cache: the file's own name, which the build ends in a hash of the content,
 * then size and time, which an edit by hand changes. Null without a hash: npm gives all versions' files the same time.
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

/** A `require` for dist's files that takes compiled code from the folder; `keep` adds to it what was compiled anew. */
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
 * Runs a CommonJS file. Node's own module.enableCompileCache does not keep functions that were compiled at their first
 * call, which are most of them; its NODE_DISABLE_COMPILE_CACHE switches this cache off as well.
 */
function load(file) {
  const folder = process.env.NODE_DISABLE_COMPILE_CACHE ? undefined : cacheFolder();
  if (folder === undefined) return require(file);
  const loader = createLoader(folder);
  process.once("exit", () => {
    try {
      loader.keep();
    } catch {
      // A cache that cannot be written only makes the next run start slower.
    }
  });
  return loader.load(file);
}

module.exports = { load };
