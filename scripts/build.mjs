// Builds dist from src, and the templates' JavaScript beside their TypeScript. `--out <folder>` puts both there and
// checks no types; with `--types` it writes the libraries' types as well.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { bundleExample, bundleLibrary, bundlePage, bundlePrograms, bundleTypes } from "./bundle.mjs";

process.chdir(dirname(dirname(fileURLToPath(import.meta.url))));
const { out, types = out === undefined } = parseArgs({
  options: { out: { type: "string" }, types: { type: "boolean" } },
}).values;
const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
const compile = (...args) => execFileSync(process.execPath, [tsc, ...args], { stdio: "inherit" });

/** "client/client" for what package.json exports from dist/client/client.js. */
const libraries = Object.values(JSON.parse(readFileSync("package.json", "utf8")).exports ?? {})
  .map((target) => /^\.\/dist\/(.+)\.js$/.exec(target.default ?? target)?.[1])
  .filter((name) => name !== undefined);

async function build(to) {
  if (types) compile("-p", "tsconfig.build.json", "--outDir", join(to, "types"));
  await bundlePrograms(to);
  await bundleExample(to);
  await bundlePage(join(to, "web"));
  writeFileSync(join(to, "package.json"), '{ "type": "commonjs" }\n');
  for (const name of libraries) {
    const folder = join(to, dirname(name));
    await bundleLibrary(name, to);
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }\n');
  }
  const typed = types ? [...libraries, "json"] : [];
  for (const name of typed) await bundleTypes(name, join(to, "types"), to);
  rmSync(join(to, "types"), { recursive: true, force: true });
}

if (out !== undefined) {
  mkdirSync(join(out, "dist"), { recursive: true });
  await build(join(out, "dist"));
  compile("-p", "tsconfig.templates.json", "--noCheck", "--outDir", join(out, "templates"));
} else {
  // Built beside dist and put in its place at once: what runs from dist meanwhile finds it whole.
  const fresh = `node_modules/.goat-dev-build-${process.pid}`;
  try {
    await build(fresh);
    rmSync("dist", { recursive: true, force: true });
    renameSync(fresh, "dist");
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  compile("-p", "tsconfig.templates.json");
}
