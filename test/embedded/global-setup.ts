import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdtempSync, readdirSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { layOutPackage } from "../e2e/package.ts";
import type { TestRun } from "../support/leaks.ts";
import { localLeaksOf } from "../support/local-leaks.ts";
import { makeTestCache, pythonObstacle } from "../support/test-cache.ts";

declare module "vitest" {
  interface ProvidedContext {
    readonly embedded: {
      /** Why these tests cannot run here; null where they can. */
      readonly missing: string | null;
      readonly run: TestRun;
      readonly bin: string;
      /** XDG_CACHE_HOME: Postgres and LiteLLM are installed there once, for all tests and runs. */
      readonly cache: string;
    };
  }
}

const isRequired = process.env["GOAT_DEV_REQUIRE_ENGINES"] === "1";

/** Where root's projects keep their data, outside of their own folders. */
const rootsData = (): readonly string[] => {
  const folder = "/var/lib/goat-dev";
  const isRoot = process.getuid?.() === 0;
  return isRoot && existsSync(folder) ? readdirSync(folder).filter((name) => /^[0-9a-f]{16}$/.test(name)) : [];
};

export const setup = async (project: TestProject): Promise<() => Promise<void>> => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "goat-dev-local-")));
  const run: TestRun = { folder, prefix: `l-${randomBytes(3).toString("hex")}-` };
  const end = (): void => rmSync(folder, { recursive: true, force: true });
  const cache = makeTestCache();
  // Other users' projects lie in it too.
  chmodSync(folder, 0o711);
  const missing = await pythonObstacle();
  if (missing !== null) {
    end();
    if (isRequired) throw new Error(`the tests of the embedded engine cannot run here: ${missing}`);
    project.provide("embedded", { missing, run, bin: "", cache });
    process.stderr.write(`left out: tests of the embedded engine: ${missing}\n`);
    return async () => undefined;
  }
  const bin = await layOutPackage(join(folder, "package"));
  const before = rootsData();
  project.provide("embedded", { missing: null, run, bin, cache });
  return async () => {
    const left = rootsData().filter((name) => !before.includes(name));
    const leaks = [...localLeaksOf(run), ...left.map((name) => `data of root's projects: ${name}`)];
    end();
    if (leaks.length === 0) return;
    // Vitest tells an error of a teardown, and ends with 0 all the same.
    process.exitCode = 1;
    throw new Error(`left behind by the tests of the embedded engine:\n${leaks.join("\n")}`);
  };
};
