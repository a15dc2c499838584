import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { tempFolder } from "../../support/temp.ts";
import {
  type InstallerPaths,
  installerPaths,
  type TinyOptions,
  tinyLitellm,
  tinyVersion,
} from "../../support/tiny-litellm.ts";

const limitMs = 90_000;
const installers = ["uv", "pip"] as const;
let paths: InstallerPaths;

beforeAll(async () => {
  paths = await installerPaths();
}, limitMs);

const withInstaller = (installer: (typeof installers)[number], options: TinyOptions = {}) =>
  tinyLitellm(tempFolder(), {
    ...options,
    env: { PATH: paths[installer], ...options.env },
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
    expect(await tiny.runtime.installed()).toBeNull();
    await tiny.install();
    expect(await tiny.runtime.installed()).toBe(tiny.place.hash);
    expect(JSON.parse(readFileSync(tiny.place.marker, "utf8"))).toMatchObject({ installer });
    expect(tiny.told[0]).toBe(`litellm ${tinyVersion} is installed once: about 690 MB in ${tiny.machine.cache}`);
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
      message: expect.stringMatching(/^litellm\S* from the package index does not have the hash/),
    });
    expect(await tiny.runtime.installed()).toBeNull();
    expect(existsSync(tiny.place.folder)).toBe(false);
  });
});

describe("an installation", () => {
  test("must be made anew where an install was killed, its lock and all", { timeout: limitMs }, async () => {
    const tiny = withInstaller("uv");
    const gone = spawnSync("true").pid;
    mkdirSync(join(tiny.place.venv, "lib"), { recursive: true });
    writeFileSync(join(tiny.place.folder, "leftover"), "");
    const holder = {
      pid: gone,
      command: "goat-dev",
      since: "",
      startTime: "1",
      bootId: "of an earlier boot",
      id: "killed",
    };
    symlinkSync(JSON.stringify(holder), `${tiny.place.folder}.lock`);
    await tiny.install();
    expect(await tiny.runtime.installed()).toBe(tiny.place.hash);
    expect(existsSync(join(tiny.place.folder, "leftover"))).toBe(false);
  });

  test("must go on after Ctrl-C in the middle of it", { timeout: limitMs }, async () => {
    const tiny = withInstaller("uv");
    const stop = new AbortController();
    const stopped = tiny.runtime.install({ signal: stop.signal, progress: () => stop.abort(new Error("Ctrl-C")) });
    await expect(stopped).rejects.toThrow("Ctrl-C");
    expect(await tiny.runtime.installed()).toBeNull();
    await tiny.install();
    expect(await tiny.runtime.installed()).toBe(tiny.place.hash);
  });

  test("must be made once by two that want it at the same time", { timeout: limitMs }, async () => {
    const tiny = withInstaller("uv");
    await Promise.all([tiny.install(), tiny.install()]);
    expect(await tiny.runtime.installed()).toBe(tiny.place.hash);
    expect(tiny.told.filter((text) => text.includes("about 690 MB"))).toHaveLength(1);
  });

  test("must be found damaged, and made anew", { timeout: limitMs }, async () => {
    const tiny = withInstaller("uv");
    const damages = [
      () => rmSync(join(site(tiny.place.venv), "litellm"), { recursive: true }),
      () => rmSync(join(tiny.place.venv, "bin", "python")),
      () => rmSync(join(tiny.place.venv, "lib"), { recursive: true }),
      () => {
        rmSync(join(site(tiny.place.venv), "litellm"), { recursive: true });
        writeFileSync(join(site(tiny.place.venv), "litellm"), "");
      },
      () => truncateSync(join(site(tiny.place.venv), `litellm-${tinyVersion}.dist-info`, "RECORD")),
      () => writeFileSync(tiny.place.marker, "{"),
    ];
    for (const damage of damages) {
      await tiny.install();
      expect(await tiny.runtime.installed()).toBe(tiny.place.hash);
      damage();
      expect(await tiny.runtime.installed()).toBeNull();
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
      env: { ...environment, PATH: paths.pip },
    });
    expect(ended.status).toBe(1);
    const log = readFileSync(environment["GOAT_DEV_LOG_FILE"] ?? "", "utf8");
    expect(log).toMatch(
      /err the installation of LiteLLM is damaged \(litellm\/parts\.py\): goat-dev up installs it anew\n$/,
    );
    expect(await tiny.runtime.installed()).toBeNull();
  });

  test("must stay where it is LiteLLM's own command that fails", { timeout: limitMs }, async () => {
    const tiny = withInstaller("uv");
    await tiny.install();
    const { command, environment } = tiny.launchLine("fail");
    const ended = spawnSync(command[0], command.slice(1), { env: { ...environment, PATH: paths.pip } });
    expect(ended.status).toBe(1);
    expect(readFileSync(environment["GOAT_DEV_LOG_FILE"] ?? "", "utf8")).toMatch(/ err refused to start\n$/);
    expect(await tiny.runtime.installed()).toBe(tiny.place.hash);
  });
});
