import { execFile } from "node:child_process";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { tempFolder, writeFiles } from "../support/temp.ts";

const execute = promisify(execFile);
const repository = join(import.meta.dirname, "..", "..");
const limitMs = 30_000;

const linesOf = async (words: readonly string[], pythonPath: string, seconds = "600"): Promise<readonly string[]> => {
  const { stdout } = await execute("python3", [...words], {
    env: {
      ...{ PATH: process.env["PATH"], PYTHONPATH: pythonPath, PYTHONDONTWRITEBYTECODE: "1" },
      GOAT_DEV_COLLECT_AFTER: seconds,
    },
    timeout: limitMs,
  });
  return stdout.trimEnd().split("\n");
};

/** As the Compose file mounts it. */
const inContainer = (program: string, seconds?: string): Promise<readonly string[]> => {
  const folder = tempFolder();
  copyFileSync(join(repository, "dev", "litellm_boot.py"), join(folder, "sitecustomize.py"));
  return linesOf(["-c", program], folder, seconds);
};

const functionOf = (name: string, program: string): string => `def ${name}():\n${program.replace(/^/gm, "  ")}\n`;

/** As goat-dev starts it without Docker; the program stands in LiteLLM's place, with a module for its worker. */
const launched = (program: string, seconds?: string, work = "pass"): Promise<readonly string[]> => {
  const folder = writeFiles(tempFolder(), {
    "litellm.py": functionOf("run_server", program),
    "worker.py": functionOf("work", work),
  });
  return linesOf([join(repository, "python", "launch.py")], folder, seconds);
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

describe.each([
  ["in a container", inContainer],
  ["without Docker", launched],
])("LiteLLM %s", (_, run) => {
  test("must collect no garbage while it boots, and again once it has", { timeout: limitMs }, async () => {
    expect(await run(collectsAgain, "0.2")).toEqual(["False", "True"]);
  });

  test("must collect garbage in a worker that it forks", { timeout: limitMs }, async () => {
    expect(await run(forks)).toEqual(["True", "False"]);
  });
});

test("a worker that the launcher spawns must collect garbage once it has booted", { timeout: limitMs }, async () => {
  const program = `import multiprocessing, worker
process = multiprocessing.get_context("spawn").Process(target=worker.work)
process.start()
process.join()`;
  expect(await launched(program, "0.2", collectsAgain)).toEqual(["False", "True"]);
});

test("a program that ends while nothing is collected must not wait", { timeout: limitMs }, async () => {
  expect(await inContainer("print('done')")).toEqual(["done"]);
});
