import { execFile } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

/** Shared by a user's runs; what is in it is known by its content. Root's own may be entered by the users that tests run as. */
export const makeTestCache = (): string => {
  const uid = process.getuid?.() ?? 0;
  const cache = join("/var/tmp", `goat-dev-test-cache${uid === 0 ? "" : `-${uid}`}`);
  mkdirSync(cache, { recursive: true, mode: 0o755 });
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
