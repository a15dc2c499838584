import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { tempFolder } from "../../support/temp.ts";
import { installerPaths, tinyLitellm, tinyVersion } from "../../support/tiny-litellm.ts";

const limitMs = 90_000;

/** A folder that is the whole PATH, with programs that answer as told. */
const pathOf = (programs: Readonly<Record<string, string>>): string => {
  const folder = tempFolder();
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  return folder;
};

const says = (answer: readonly unknown[]): string => `echo '${JSON.stringify(answer)}'`;

describe("an install on a machine that lacks something", () => {
  test.each([
    ["no Python at all", {}, /^LiteLLM needs Python 3\.10 or newer, and there is none on the PATH$/],
    ["a Python that is too old", { python3: says(["/p", [3, 9, 6], true, true]) }, /python3 is 3\.9\.6$/],
    ["a Python without pip and venv", { python3: says(["/p", [3, 11, 2], false, false]) }, /neither pip nor venv/],
  ])("must name what to install where there is %s", async (_, programs, message) => {
    const tiny = tinyLitellm(tempFolder(), { env: { PATH: pathOf(programs) } });
    await expect(tiny.install()).rejects.toMatchObject({
      code: "runtime-unavailable",
      message: expect.stringMatching(message),
    });
    expect(existsSync(tiny.place.folder)).toBe(false);
  });

  test("must let uv bring a Python only where that is asked for", async () => {
    const log = join(tempFolder(), "uv.log");
    const uv = `echo "$@" >> '${log}'\ncase "$1" in --version) echo "uv 0.13.9";; *) exit 2;; esac`;
    const path = pathOf({ uv, python3: says(["/p", [3, 11, 2], false, false]) });
    await expect(tinyLitellm(tempFolder(), { env: { PATH: path } }).install()).rejects.toMatchObject({
      code: "runtime-unavailable",
    });
    expect(readFileSync(log, "utf8")).toContain("--no-python-downloads --python /p");
    const asked = { PATH: path, GOAT_DEV_PYTHON: "managed" };
    await expect(tinyLitellm(tempFolder(), { env: asked }).install()).rejects.toMatchObject({
      code: "runtime-unavailable",
    });
    expect(readFileSync(log, "utf8")).toContain("--managed-python --python 3.12");
  });

  test("must say that the index does not answer", { timeout: limitMs }, async () => {
    const env = {
      PIP_NO_INDEX: undefined,
      PIP_FIND_LINKS: undefined,
      PIP_INDEX_URL: "http://127.0.0.1:9/simple",
      PATH: (await installerPaths()).uv,
    };
    const tiny = tinyLitellm(tempFolder(), { env: { ...env, UV_HTTP_RETRIES: "0" } });
    await expect(tiny.install()).rejects.toMatchObject({
      code: "runtime-unavailable",
      message: `litellm ${tinyVersion} cannot be fetched: the package index does not answer`,
    });
  });

  test.skipIf(process.getuid?.() !== 0)("must say before it begins that there is no space", async () => {
    const folder = tempFolder();
    const tiny = tinyLitellm(folder);
    mkdirSync(tiny.machine.cache);
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=2m", "goat-test", tiny.machine.cache]);
    onTestFinished(() => void execFileSync("umount", [tiny.machine.cache]));
    await expect(tiny.install()).rejects.toMatchObject({
      code: "disk-full",
      message: expect.stringContaining(tiny.machine.cache),
    });
    expect(tiny.told).toEqual([]);
  });

  test("must name another folder where the home cannot be written", async () => {
    const tiny = tinyLitellm(tempFolder());
    // A file where the folder would be: not even root can write below it.
    writeFileSync(tiny.machine.cache, "");
    await expect(tiny.install()).rejects.toMatchObject({
      code: "file-unwritable",
      message: expect.stringContaining(tiny.machine.cache),
      fixes: expect.arrayContaining([expect.objectContaining({ command: "XDG_CACHE_HOME=/tmp/cache goat-dev up" })]),
    });
  });
});
