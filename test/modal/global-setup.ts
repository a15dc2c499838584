import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { makeTestCache, pythonObstacle } from "../support/test-cache.ts";
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

export const setup = async (project: TestProject): Promise<void> => {
  const missing = await pythonObstacle();
  if (missing !== null) {
    if (isRequired) throw new Error(`the tests of the scripts for Modal cannot run here: ${missing}`);
    process.stderr.write(`left out: tests of the scripts for Modal: ${missing}\n`);
    return project.provide("modal", { missing, sdk: "", litellm: "" });
  }
  const cache = makeTestCache();
  const [sdk, litellm] = await Promise.all([
    modalPython(cache),
    litellmPython(cache, join(import.meta.dirname, "..", "..")),
  ]);
  project.provide("modal", { missing, sdk, litellm });
};
