import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { tempFolder, writeFiles } from "../support/temp.ts";

const execute = promisify(execFile);
const launcher = join(import.meta.dirname, "..", "..", "dev", "launcher", "launch.py");
const limitMs = 30_000;

const functionOf = (name: string, program: string): string => `def ${name}():\n${program.replace(/^/gm, "  ")}\n`;

/** Plain LiteLLM, in whose place the program stands, with a module for its worker. */
const launched = async (program: string, seconds = "600", work = "pass"): Promise<readonly string[]> => {
  const folder = writeFiles(tempFolder(), {
    "litellm.py": functionOf("run_server", program),
    "worker.py": functionOf("work", work),
  });
  const { stdout } = await execute("python3", [launcher], {
    env: {
      ...{ PATH: process.env["PATH"], PYTHONPATH: folder, PYTHONDONTWRITEBYTECODE: "1", GOAT_DEV_RELOAD: "off" },
      GOAT_DEV_COLLECT_AFTER: seconds,
    },
    timeout: limitMs,
  });
  return stdout.trimEnd().split("\n");
};

const collectsAgain = `import gc, time
print(gc.isenabled())
while not gc.isenabled(): time.sleep(0.01)
print(gc.get_freeze_count() > 0)`;

const forks = `import gc, os, sys
if os.fork() == 0:
  print(gc.isenabled(), flush=True)
  os._exit(0)
os.wait()
print(gc.isenabled())`;

test("LiteLLM must collect no garbage while it boots, and again once it has", { timeout: limitMs }, async () => {
  expect(await launched(collectsAgain, "0.2")).toEqual(["False", "True"]);
});

test("LiteLLM must collect garbage in a worker that it forks", { timeout: limitMs }, async () => {
  expect(await launched(forks)).toEqual(["True", "False"]);
});

test("a worker that the launcher spawns must collect garbage once it has booted", { timeout: limitMs }, async () => {
  const program = `import multiprocessing, worker
process = multiprocessing.get_context("spawn").Process(target=worker.work)
process.start()
process.join()`;
  expect(await launched(program, "0.2", collectsAgain)).toEqual(["False", "True"]);
});

test("a program that ends while nothing is collected must not wait", { timeout: limitMs }, async () => {
  expect(await launched("print('done')")).toEqual(["done"]);
});
