// Bundles src and its packages into few files, since Node takes longer to find many files than to run them.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { dts } from "rolldown-plugin-dts";

const programs = {
  main: "src/main.ts",
  "recorder/main": "src/recorder/main.ts",
  "prisma-engine/main": "src/prisma-engine/main.ts",
};

/** Files that programs read at run time: name in dist -> where it comes from. */
const assets = {
  "prisma-engine/query_engine.wasm": "@prisma/client/runtime/query_engine_bg.postgresql.wasm",
};

/** What commander loads only for commands that are separate programs, of which there are none here. */
const unusedBuiltin = { of: "commander/", name: "node:child_process" };

/** Optional packages of dockerode's `debug` and of pg. Never bundled: builds must not depend on what is installed. */
const absent = ["supports-color", "pg-native"];

/** Node 20 has no `navigator`, so pg would load all of fetch to find out whether it runs on Cloudflare. */
const define = { navigator: JSON.stringify({ userAgent: "Node.js" }) };

const leftOut = "module.exports = () => { throw new Error('left out of goat-dev'); };";

/** Files of packages, with what is bundled in their place. */
const substitutes = {
  // Most of dockerode is for what goat-dev never does with it: packing and BuildKit for images, and engines over ssh.
  "dockerode/lib/session.js": leftOut,
  "dockerode/lib/buildkit.js": leftOut,
  "tar-fs/index.js": leftOut,
  "docker-modem/lib/ssh.js": leftOut,
  // Node loads pg's Web Crypto more slowly than Postgres answers; node:crypto, loaded already, does the same.
  "pg/lib/crypto/utils.js": readFileSync(new URL("pg-crypto.cjs", import.meta.url), "utf8"),
};

const emptyModule = "\0empty";

const plain = (id) => id.replaceAll("\\", "/");

function substitute() {
  const expected = new Set([...Object.keys(substitutes), emptyModule]);
  return {
    name: "substitute",
    resolveId: (id, importer = "") =>
      id === unusedBuiltin.name && plain(importer).includes(`node_modules/${unusedBuiltin.of}`) ? emptyModule : null,
    load(id) {
      const path =
        id === emptyModule ? id : Object.keys(substitutes).find((each) => plain(id).endsWith(`node_modules/${each}`));
      if (path === undefined) return null;
      expected.delete(path);
      return substitutes[path] ?? "module.exports = {};";
    },
    buildEnd() {
      if (expected.size > 0) throw new Error(`not found, so not substituted: ${[...expected].join(", ")}`);
    },
  };
}

function addAssets() {
  const { resolve } = createRequire(import.meta.url);
  return {
    name: "assets",
    generateBundle() {
      for (const [fileName, from] of Object.entries(assets)) {
        this.emitFile({ type: "asset", fileName, source: readFileSync(resolve(from)) });
      }
    },
  };
}

/** The licenses of the packages that end up in the files. */
function licenses() {
  return {
    name: "licenses",
    generateBundle(_options, files) {
      const modules = Object.values(files).flatMap((file) => (file.type === "chunk" ? file.moduleIds : []));
      const folders = modules.map((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(plain(id))?.[0]);
      const texts = [...new Set(folders)].filter((folder) => folder !== undefined).map(licenseOf);
      this.emitFile({ type: "asset", fileName: "licenses.txt", source: texts.sort().join("\n\n") });
    },
  };
}

function licenseOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file === undefined ? "" : `\n\n${readFileSync(join(folder, file), "utf8").trim()}`;
  return `${name} ${version} (${license})${text}\n`;
}

async function write(options, output) {
  const build = await rolldown({
    cwd: dirname(dirname(fileURLToPath(import.meta.url))),
    platform: "node",
    transform: { target: "node20.19", define },
    // A warning about slow steps says something about the machine alone.
    checks: { bundlerTimings: false },
    onLog(level, log) {
      throw new Error(`${level}: ${log.message}`);
    },
    ...options,
  });
  await build.write({ entryFileNames: "[name].js", ...output });
  await build.close();
}

/**
 * As CommonJS, which Node loads faster than ES modules, and whose compiled code can be cached on every Node. Returns
 * the ids of the files that are in the bundles.
 */
export async function bundlePrograms(dir) {
  const modules = [];
  const note = {
    name: "note",
    generateBundle(_options, files) {
      const ids = Object.values(files).flatMap((file) => (file.type === "chunk" ? file.moduleIds : []));
      modules.push(...ids.map(plain));
    },
  };
  await write(
    { input: programs, external: absent, plugins: [substitute(), addAssets(), licenses(), note] },
    {
      dir,
      format: "cjs",
      // On Node 20, compiled code from a cache cannot use `import()`: it throws.
      dynamicImportInCjs: false,
      comments: { legal: true, annotation: false, jsdoc: false },
      chunkFileNames: "chunks/[name]-[hash].js",
    },
  );
  return modules;
}

/** The example client that `up` runs, with the openai package bundled, since an installed one is the application's. */
export async function bundleExample(dir) {
  await write({ input: { "example/main": "templates/example/example.ts" } }, { dir, format: "es" });
  writeFileSync(join(dir, "example", "package.json"), '{ "type": "module" }\n');
}

/** The page of `goat-dev open`: static files, loaded by browsers alone. */
export async function bundlePage(outDir) {
  const { build } = await import("vite");
  await build({
    configFile: false,
    root: join(dirname(dirname(fileURLToPath(import.meta.url))), "web"),
    logLevel: "warn",
    oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
    build: { outDir: resolve(outDir), emptyOutDir: true, target: "es2022", modulePreload: { polyfill: false } },
  });
}

/** A library for applications, as an ES module; it imports the application's packages and bundles none. */
export async function bundleLibrary(name, dir) {
  await write({ input: { [name]: `src/${name}.ts` }, external: isForeign }, { dir, format: "es" });
}

/** One file of types for a library, from those that the compiler wrote below `from`. */
export async function bundleTypes(name, from, dir) {
  const plugins = dts({ dtsInput: true });
  await write(
    { input: { [name]: resolve(from, `${name}.d.ts`) }, external: isForeign, plugins },
    { dir, format: "es" },
  );
}

function isForeign(id) {
  return !/^[./]/.test(id);
}
