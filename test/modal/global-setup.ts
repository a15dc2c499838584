import { execFile } from "node:child_process";
import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { TestProject } from "vitest/node";
import { litellmPython, modalPython } from "./venvs.ts";

declare module "vitest" {
  interface ProvidedContext {
    readonly modal: {
      /** Why these tests cannot run here; null where they can. */
      readonly missing: string | null;
      /** A Python with Modal's SDK. */
      readonly sdk: string;
      /** A Python with LiteLLM. */
      readonly litellm: string;
    };
  }
}

const isRequired = process.env["GOAT_DEV_REQUIRE_ENGINES"] === "1";

const findObstacle = async (): Promise<string | null> => {
  try {
    await promisify(execFile)("python3", ["-c", "import sys, ensurepip; sys.exit(sys.version_info < (3, 10))"]);
    return null;
  } catch {
    return "no python3 of 3.10 or newer with venv";
  }
};

/** Shared by runs; what is in it is known by its content. */
const makeCache = (): string => {
  const cache = join("/var/tmp", "goat-dev-test-cache");
  for (const folder of [cache, join(cache, "goat-dev")]) {
    mkdirSync(folder, { recursive: true });
    try {
      chmodSync(folder, 0o1777);
    } catch {
      // Another user made it, in the same way.
    }
  }
  return cache;
};

export const setup = async (project: TestProject): Promise<void> => {
  const missing = await findObstacle();
  if (missing !== null) {
    if (isRequired) throw new Error(`the tests of the scripts for Modal cannot run here: ${missing}`);
    process.stderr.write(`left out: tests of the scripts for Modal: ${missing}\n`);
    return project.provide("modal", { missing, sdk: "", litellm: "" });
  }
  const cache = makeCache();
  const [sdk, litellm] = await Promise.all([
    modalPython(cache),
    litellmPython(cache, join(import.meta.dirname, "..", "..")),
  ]);
  project.provide("modal", { missing, sdk, litellm });
};
