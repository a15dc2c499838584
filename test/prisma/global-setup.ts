import { chmodSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import type { Machine } from "../../src/engine/processes/runtime.ts";
import type { PostgresOptions } from "../../src/platform/postgres.ts";
import { postgresRuntime } from "../../src/runtimes/postgres/runtime.ts";
import { layOutPackage } from "../e2e/package.ts";
import { litellmPython } from "../modal/venvs.ts";
import { localPostgres, machineFor, within } from "../support/local-postgres.ts";
import { makeTestCache, pythonObstacle } from "../support/test-cache.ts";

declare module "vitest" {
  interface ProvidedContext {
    readonly prisma: {
      /** Why these tests cannot run here; null where they can. */
      readonly missing: string | null;
      /** A Python with LiteLLM and Prisma's client. */
      readonly python: string;
      /** The package as it would be published, with the stand-ins. */
      readonly packageRoot: string;
      /** What starts Postgres. */
      readonly machine: Machine;
      /** A server for everybody. */
      readonly server: PostgresOptions;
    };
  }
}

const isRequired = process.env["GOAT_DEV_REQUIRE_ENGINES"] === "1";
const root = join(import.meta.dirname, "..", "..");

export const setup = async (project: TestProject): Promise<() => Promise<void>> => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "goat-dev-prisma-")));
  chmodSync(folder, 0o711);
  const cache = makeTestCache();
  const machine: Machine = { ...machineFor(folder), cache: join(cache, "goat-dev") };
  const missing = await pythonObstacle();
  if (missing !== null) {
    rmSync(folder, { recursive: true, force: true });
    if (isRequired) throw new Error(`the tests of LiteLLM's database cannot run here: ${missing}`);
    process.stderr.write(`left out: tests of LiteLLM's database: ${missing}\n`);
    const server = { host: "", port: 0, user: "", password: "", database: "" };
    project.provide("prisma", { missing, python: "", packageRoot: "", machine, server });
    return async () => undefined;
  }
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const packageRoot = join(folder, "package");
    const parts = [litellmPython(cache, root), layOutPackage(packageRoot), installPostgres(machine)] as const;
    const [python] = await Promise.all(parts);
    const server = await localPostgres(machine, join(folder, "server"));
    await server.start();
    project.provide("prisma", { missing, python, packageRoot, machine, server: server.login() });
    return async () => {
      await server.stop();
      remove();
    };
  } catch (error) {
    remove();
    throw error;
  }
};

const installPostgres = async (machine: Machine): Promise<void> => {
  await postgresRuntime(machine).install({ signal: within(), progress: () => undefined });
};
