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

test.each([
  [["status"], "stderr", /^goat-dev needs Node 20\.19 or newer; this is 18\.20\.1: /],
  [["status", "--json"], "stdout", /"code":"node-too-old"/],
] as const)("a Node that is too old must be told in the form that was asked for: %j", (args, stream, said) => {
  const older = "Object.defineProperty(process.versions, 'node', { value: '18.20.1' });";
  const code = `${older} process.argv.splice(1, 0, "goat-dev"); require(${JSON.stringify(join(bin, "goat-dev.js"))});`;
  const run = spawnSync(process.execPath, ["-e", code, "--", ...args], { encoding: "utf8" });
  expect([run.status, run[stream]]).toEqual([2, expect.stringMatching(said)]);
});
