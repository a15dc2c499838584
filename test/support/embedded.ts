import { arch, homedir, platform } from "node:os";
import type { Machine } from "../../src/engine/embedded/recipe.ts";

/** This machine, with everything that is shared between projects in a folder of the test's own. */
export const machineOf = (folder: string): Machine => ({
  cache: `${folder}/cache`,
  packageRoot: folder,
  nodePath: process.execPath,
  version: "0.0.0",
  env: process.env,
  home: homedir(),
  platform: platform(),
  arch: arch(),
  pid: process.pid,
  uid: process.getuid?.() ?? -1,
});
