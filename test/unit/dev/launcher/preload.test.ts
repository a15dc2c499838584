import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { tempFolder } from "../../../support/temp.ts";
import { inPython } from "./in-python.ts";

/** What is loaded before there is a query engine, and in the end; `sleep` stands in the engine's place. */
const loadedBeside = (given: { readonly first: boolean; readonly database: string }): unknown => {
  const folder = tempFolder();
  for (const name of ["mcp", "langfuse"]) mkdirSync(join(folder, name));
  const program = `import asyncio, os, subprocess
sys.path.insert(0, given["folder"])
os.environ["DATABASE_URL"] = given["database"]
from launcher import preload
def names():
    return [name for name in ("mcp", "langfuse") if name in sys.modules]
async def start():
    with preload.while_engine_starts(given["first"]):
        is_loading = len(asyncio.all_tasks()) > 1
        for _ in range(20): await asyncio.sleep(0.001)
        before = names()
        engine = subprocess.Popen(["sleep", "600"])
        while is_loading and len(names()) < 2: await asyncio.sleep(0.001)
        engine.kill()
        engine.wait()
    await asyncio.sleep(0)
    return [before, names(), len(asyncio.all_tasks())]
result = asyncio.run(start())`;
  return inPython(program, { folder, ...given });
};

const database = "postgresql://me@127.0.0.1/x";

test("what LiteLLM loads after its query engine's start must be loaded while that starts, not before", () => {
  expect(loadedBeside({ first: true, database })).toEqual([[], ["mcp", "langfuse"], 1]);
});

test.each([
  ["without a database", { first: true, database: "" }],
  ["in a later process, which has it", { first: false, database }],
])("nothing must be loaded then %s", (_when, given) => {
  expect(loadedBeside(given)).toEqual([[], [], 1]);
});
