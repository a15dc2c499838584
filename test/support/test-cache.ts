import { execFile } from "node:child_process";
import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

/** Shared by runs, and by the users that tests run as; what is in it is known by its content. */
export const makeTestCache = (): string => {
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

/** Why what needs Python cannot run here; null where LiteLLM and Modal's SDK can. */
export const pythonObstacle = async (): Promise<string | null> => {
  try {
    await promisify(execFile)("python3", ["-c", "import ensurepip, sys; sys.exit(sys.version_info < (3, 10))"]);
    return null;
  } catch {
    return "no python3 of 3.10 or newer with venv";
  }
};
