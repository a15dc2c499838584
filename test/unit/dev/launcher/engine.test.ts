import { chmodSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { tempFolder, writeFiles } from "../../../support/temp.ts";
import { inPython } from "./in-python.ts";

/** Whether an engine is kept, and what LiteLLM's processes are told of it. */
const started = (environment: object, modules: readonly string[] = ["prisma"]): unknown => {
  const folder = writeFiles(tempFolder(), Object.fromEntries(modules.map((name) => [`${name}/__init__.py`, ""])));
  const program = `import os
sys.path.insert(0, given["folder"])
os.environ.update(given["environment"])
from launcher.engine import Engine
engine = Engine()
engine.start()
told = sorted(name for name in os.environ if name.startswith("GOAT_DEV_ENGINE"))
kept = engine.pid != 0
engine.stop()
result = [kept, told, "GOAT_DEV_ENGINE_DOOR" in os.environ]`;
  return inPython(program, { environment, folder });
};

const address = { DATABASE_URL: "postgresql://postgres@127.0.0.1:1/x" };

const program = (mode: number): string => {
  const folder = writeFiles(tempFolder(), { "query-engine": "#!/bin/sh\nexec sleep 60\n", "prisma-engine.js": "" });
  chmodSync(join(folder, "query-engine"), mode);
  return join(folder, "query-engine");
};

const told = ["GOAT_DEV_ENGINE_ATTACH", "GOAT_DEV_ENGINE_DOOR", "GOAT_DEV_ENGINE_PYTHON"];

test("goat-dev's query engine must be kept for whoever comes, and its door be gone with it", () => {
  expect(started({ ...address, PRISMA_QUERY_ENGINE_BINARY: program(0o755) })).toEqual([true, told, false]);
});

test.each([
  ["no engine is named", () => ({ ...address })],
  ["it is a native one", () => ({ ...address, PRISMA_QUERY_ENGINE_BINARY: "/bin/true" })],
  ["it cannot be started", () => ({ ...address, PRISMA_QUERY_ENGINE_BINARY: program(0o644) })],
  ["there is no database", () => ({ PRISMA_QUERY_ENGINE_BINARY: program(0o755) })],
  ["the database is none of Postgres", () => ({ DATABASE_URL: "x", PRISMA_QUERY_ENGINE_BINARY: program(0o755) })],
])("each process must have an engine of its own where %s", (_why, environment) => {
  expect(started(environment())).toEqual([false, [], false]);
});

test("each process must have an engine of its own where Prisma's client is not there", () => {
  expect(started({ ...address, PRISMA_QUERY_ENGINE_BINARY: program(0o755) }, [])).toEqual([false, [], false]);
});
