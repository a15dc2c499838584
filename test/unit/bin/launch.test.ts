import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { tempFolder, writeFiles } from "../../support/temp.ts";

const bin = join(import.meta.dirname, "../../../bin");

const launch = (args: readonly string[]) => {
  const folder = writeFiles(tempFolder(), {
    "package/dist/main.js":
      "process.stdout.write(JSON.stringify([process.argv.slice(2), process.env.FROM_FILE ?? null]));",
    "some.env": "FROM_FILE=1\n",
    ".bin/.keep": "",
  });
  cpSync(bin, join(folder, "package/bin"), { recursive: true });
  chmodSync(join(folder, "package/bin/goat-dev.js"), 0o755);
  // As npm installs it.
  symlinkSync("../package/bin/goat-dev.js", join(folder, ".bin/goat-dev"));
  const { status, stdout, stderr } = spawnSync(join(folder, ".bin/goat-dev"), args, {
    cwd: folder,
    env: { PATH: process.env["PATH"], XDG_CACHE_HOME: folder },
    encoding: "utf8",
  });
  return { status, stdout, stderr };
};

test.each([
  [["status", "--env-file", "missing.env"]],
  [["status", "--env-file=missing.env"]],
  [["--env-file", "some.env", "up"]],
  [["run", "--", "sh", "-c", 'echo "$1" *']],
  [[]],
])("%j must reach goat-dev as typed, and no option be taken for Node's", (args) => {
  expect(launch(args)).toEqual({ status: 0, stdout: JSON.stringify([args, null]), stderr: "" });
});
