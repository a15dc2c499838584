// Compiles src to dist and the example's TypeScript to the JavaScript that is shipped beside it.
import { execFileSync } from "node:child_process";
import { renameSync, rmSync } from "node:fs";
import { createRequire } from "node:module";

const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
const compile = (...args) => execFileSync(process.execPath, [tsc, ...args], { stdio: "inherit" });

// Built beside dist and put in its place at once: what runs from dist meanwhile finds it whole.
const fresh = `node_modules/.goat-dev-build-${process.pid}`;
try {
  compile("-p", "tsconfig.build.json", "--outDir", fresh);
  rmSync("dist", { recursive: true, force: true });
  renameSync(fresh, "dist");
} finally {
  rmSync(fresh, { recursive: true, force: true });
}
compile("-p", "tsconfig.templates.json");
