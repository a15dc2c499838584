import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type Detached, inheritedDescriptors, spawnDetached } from "../../../src/platform/detached.ts";
import {
  familyOf,
  identify,
  isRunning,
  type ProcessIdentity,
  signalProcess,
  stillRunning,
} from "../../../src/platform/process-identity.ts";
import { tempFolder, writeFiles } from "../../support/temp.ts";

const start = async (
  script: string,
  folder: string = tempFolder(),
): Promise<Detached & { identity: ProcessIdentity }> => {
  const started = await spawnDetached({
    command: ["/bin/sh", "-c", script],
    environment: { GIVEN: "yes", PATH: "/usr/bin:/bin" },
    cwd: folder,
    outputFile: join(folder, "out.log"),
  });
  const { identity } = started;
  if (identity === null) throw new Error("it had ended before anybody could look");
  onTestFinished(async () => {
    for (const one of await familyOf(identity)) await signalProcess(one, "SIGKILL");
    await started.ended;
  });
  return { ...started, identity };
};

const stay = "exec sleep 1000";

test("a program must get the given environment and folder and nothing else", async () => {
  const folder = tempFolder();
  const { ended } = await start('pwd; /usr/bin/env | grep -v "^\\(PWD\\|_\\|SHLVL\\|OLDPWD\\)="', folder);
  expect(await ended).toBe(0);
  expect(readFileSync(join(folder, "out.log"), "utf8").trim().split("\n").sort()).toEqual(
    [folder, "GIVEN=yes", "PATH=/usr/bin:/bin"].sort(),
  );
});

test("both streams must be added to what the file holds already", async () => {
  const folder = tempFolder();
  await (await start("echo one", folder)).ended;
  await (await start("echo two >&2", folder)).ended;
  expect(readFileSync(join(folder, "out.log"), "utf8")).toBe("one\ntwo\n");
});

test("the end must be told by its status, or by the signal that caused it", async () => {
  expect(await (await start("exit 7")).ended).toBe(7);
  const { identity, ended } = await start(stay);
  expect(await signalProcess(identity, "SIGKILL")).toBe("sent");
  expect(await ended).toBe(137);
});

test("what cannot be started must be told by the system's code", async () => {
  const folder = tempFolder();
  const request = { environment: {}, cwd: folder, outputFile: join(folder, "out.log") };
  await expect(spawnDetached({ ...request, command: ["/no/such/program"] })).rejects.toMatchObject({ code: "ENOENT" });
  await expect(spawnDetached({ ...request, command: [folder] })).rejects.toMatchObject({ code: "EACCES" });
});

test("pipes and locks of whoever called must be told from this process's own files", () => {
  const folder = writeFiles(tempFolder(), {
    "fdinfo/0": "pos:\t0\nflags:\t0100002\n",
    "fdinfo/7": "pos:\t0\nflags:\t0100001\n",
    "fdinfo/8": "pos:\t0\nflags:\t02100002\n",
    "fdinfo/63": "pos:\t0\nflags:\t00\n",
  });
  expect(inheritedDescriptors(folder).toSorted((a, b) => a - b)).toEqual([7, 63]);
  expect(inheritedDescriptors(join(folder, "none"))).toEqual([]);
});

test.skipIf(!existsSync("/proc/self/fd"))("a program must hold no file of whoever called", async () => {
  const folder = tempFolder();
  const { ended } = await start("ls -l /proc/self/fd", folder);
  await ended;
  const held = [...readFileSync(join(folder, "out.log"), "utf8").matchAll(/ (\d+) -> (.*)$/gm)];
  const others = held.filter(
    ([, descriptor, target]) => Number(descriptor) > 2 && !/^\/(?:dev\/null|proc\/)/.test(target ?? ""),
  );
  expect(held.length).toBeGreaterThan(2);
  expect(others).toEqual([]);
});

test("a program must lead a group of its own, which a Ctrl-C in the terminal does not reach", async () => {
  const { identity } = await start(`sleep 1000 & ${stay}`);
  const groups = (await familyOf(identity)).map(({ pid }) => pid);
  expect(groups).toContain(identity.pid);
  expect(groups).not.toContain(process.pid);
});

test("a later process with the same id must never be signalled or taken for the first", async () => {
  const { identity } = await start(stay);
  const former: ProcessIdentity = { ...identity, startTime: "1" };
  expect(await isRunning(former)).toBe(false);
  expect(await signalProcess(former, "SIGKILL")).toBe("gone");
  expect(await familyOf(former)).toEqual([]);
  expect(await isRunning(identity)).toBe(true);
});

test("a process of another boot must count as gone", async () => {
  const { identity } = await start(stay);
  const former: ProcessIdentity = { ...identity, bootId: "another" };
  expect(await stillRunning([former, identity])).toEqual(new Set([identity]));
  expect(await familyOf(former)).toEqual([]);
});

test("a process that has ended must count as gone", async () => {
  const { identity, ended } = await start("exit 0");
  await ended;
  expect(await isRunning(identity)).toBe(false);
  expect(await identify(identity.pid)).toBeNull();
  expect(await signalProcess(identity, "SIGTERM")).toBe("gone");
});

test("members of a group must be found after its leader has ended", async () => {
  const { identity, ended } = await start("sleep 1000 & exit 0");
  await ended;
  const left = await familyOf(identity);
  expect(left).toHaveLength(1);
  expect(left[0]?.pid).not.toBe(identity.pid);
});
