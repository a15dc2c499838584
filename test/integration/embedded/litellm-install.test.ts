import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { placeOf } from "../../../src/engine/embedded/litellm/place.ts";
import { findPythons } from "../../../src/engine/embedded/litellm/python.ts";
import { findUv } from "../../../src/engine/embedded/litellm/uv.ts";
import { machineFor } from "../../support/local-postgres.ts";
import { tempFolder } from "../../support/temp.ts";
import { type TinyOptions, tinyLitellm, tinyVersion } from "../../support/tiny-litellm.ts";

const limitMs = 90_000;
const installers = ["uv", "pip"] as const;
/** Without shims, which take a while to say that they are none. */
let pathWithPython = "";
let pathWithUv = "";

/** The user's uv, else the one that the shipped lock brings into the user's cache. */
beforeAll(async () => {
  const machine = machineFor(homedir());
  const signal = AbortSignal.timeout(limitMs);
  mkdirSync(machine.cache, { recursive: true });
  const io = { signal, progress: () => undefined };
  const work = { machine, place: placeOf(machine), io, title: "litellm", neededBytes: 0 };
  const pythons = await findPythons(machine, signal);
  const uv = await findUv(work, pythons);
  const uvFolder = uv?.isOwn === true ? dirname(uv.command) : (process.env["PATH"] ?? "");
  pathWithPython = pythons.map(({ base }) => dirname(base)).join(delimiter);
  pathWithUv = [uvFolder, pathWithPython].join(delimiter);
}, limitMs);

const withInstaller = (installer: (typeof installers)[number], options: TinyOptions = {}) =>
  tinyLitellm(tempFolder(), {
    ...options,
    env: { PATH: installer === "uv" ? pathWithUv : pathWithPython, ...options.env },
  });

const site = (venv: string): string =>
  execFileSync(join(venv, "bin", "python"), ["-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], {
    encoding: "utf8",
  }).trim();

describe.each(installers)("an install by %s", (installer) => {
  test("must make what runs, once, from the user's own index, and say what it takes", {
    timeout: limitMs,
  }, async () => {
    const tiny = withInstaller(installer);
    expect(await tiny.recipe.installed()).toBeNull();
    await tiny.install();
    expect(await tiny.recipe.installed()).toBe(tiny.place.hash);
    expect(JSON.parse(readFileSync(tiny.place.marker, "utf8"))).toMatchObject({ installer });
    expect(tiny.told[0]).toBe(`litellm ${tinyVersion} is installed once: about 680 MB in ${tiny.machine.cache}`);
    expect(existsSync(join(site(tiny.place.venv), "litellm", "__pycache__"))).toBe(true);
    const [command, ...args] = tiny.launchLine("lines=1").command;
    expect(spawnSync(command, args, { encoding: "utf8", env: {} }).stdout).toBe("line 0\n");
    const before = tiny.told.length;
    await tiny.install();
    expect(tiny.told).toHaveLength(before);
  });

  test("must refuse a file that is not the lock's, by name, and leave nothing", { timeout: limitMs }, async () => {
    const tiny = withInstaller(installer, {
      lock: (hash) =>
        `litellm==${tinyVersion} \\\n    --hash=sha256:${hash.replace(/^./, (c) => (c === "0" ? "1" : "0"))}\n`,
    });
    await expect(tiny.install()).rejects.toMatchObject({
      code: "runtime-unavailable",
      message: expect.stringMatching(/^litellm\S* from the package index is not the file/),
    });
    expect(await tiny.recipe.installed()).toBeNull();
    expect(existsSync(tiny.place.folder)).toBe(false);
  });
});

describe("an installation", () => {
  test("must be made anew where an install was killed, its lock and all", { timeout: limitMs }, async () => {
    const tiny = withInstaller("uv");
    const gone = spawnSync("true").pid;
    mkdirSync(join(tiny.place.venv, "lib"), { recursive: true });
    writeFileSync(join(tiny.place.folder, "leftover"), "");
    mkdirSync(`${tiny.place.folder}.lock`);
    writeFileSync(
      `${tiny.place.folder}.json`,
      JSON.stringify({ pid: gone, command: "goat-dev", since: "", lock: "?" }),
    );
    const old = new Date(Date.now() - 3_600_000);
    execFileSync("touch", ["-d", old.toISOString(), `${tiny.place.folder}.lock`]);
    await tiny.install();
    expect(await tiny.recipe.installed()).toBe(tiny.place.hash);
    expect(existsSync(join(tiny.place.folder, "leftover"))).toBe(false);
  });

  test("must go on after Ctrl-C in the middle of it", { timeout: limitMs }, async () => {
    const tiny = withInstaller("uv");
    const stop = new AbortController();
    const stopped = tiny.recipe.install({ signal: stop.signal, progress: () => stop.abort(new Error("Ctrl-C")) });
    await expect(stopped).rejects.toThrow("Ctrl-C");
    expect(await tiny.recipe.installed()).toBeNull();
    await tiny.install();
    expect(await tiny.recipe.installed()).toBe(tiny.place.hash);
  });

  test("must be made once by two that want it at the same time", { timeout: limitMs }, async () => {
    const tiny = withInstaller("uv");
    await Promise.all([tiny.install(), tiny.install()]);
    expect(await tiny.recipe.installed()).toBe(tiny.place.hash);
    expect(tiny.told.filter((text) => text.includes("about 680 MB"))).toHaveLength(1);
  });

  test("must be found damaged, and made anew", { timeout: limitMs }, async () => {
    const tiny = withInstaller("uv");
    const damages = [
      () => rmSync(join(site(tiny.place.venv), "litellm"), { recursive: true }),
      () => rmSync(join(tiny.place.venv, "bin", "python")),
      () => truncateSync(join(site(tiny.place.venv), `litellm-${tinyVersion}.dist-info`, "RECORD")),
      () => writeFileSync(tiny.place.marker, "{"),
    ];
    for (const damage of damages) {
      await tiny.install();
      expect(await tiny.recipe.installed()).toBe(tiny.place.hash);
      damage();
      expect(await tiny.recipe.installed()).toBeNull();
    }
  });

  test("must count as none once LiteLLM cannot be loaded for a file that is not whole", {
    timeout: limitMs,
  }, async () => {
    const tiny = withInstaller("uv");
    await tiny.install();
    rmSync(join(site(tiny.place.venv), "litellm", "parts.py"));
    const { command, environment } = tiny.launchLine();
    const ended = spawnSync(command[0], command.slice(1), {
      encoding: "utf8",
      env: { ...environment, PATH: pathWithPython },
    });
    expect(ended.status).toBe(1);
    const log = readFileSync(environment["GOAT_DEV_LOG_FILE"] ?? "", "utf8");
    expect(log).toMatch(
      /err the installation of LiteLLM is damaged \(litellm\/parts\.py\): goat-dev up installs it anew\n$/,
    );
    expect(await tiny.recipe.installed()).toBeNull();
  });

  test("must stay where it is LiteLLM's own command that fails", { timeout: limitMs }, async () => {
    const tiny = withInstaller("uv");
    await tiny.install();
    const { command, environment } = tiny.launchLine("fail");
    const ended = spawnSync(command[0], command.slice(1), { env: { ...environment, PATH: pathWithPython } });
    expect(ended.status).toBe(1);
    expect(readFileSync(environment["GOAT_DEV_LOG_FILE"] ?? "", "utf8")).toMatch(/ err refused to start\n$/);
    expect(await tiny.recipe.installed()).toBe(tiny.place.hash);
  });
});

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
      PATH: pathWithUv,
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
});
