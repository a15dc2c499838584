import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { systemClock } from "../../../src/platform/clock.ts";
import { acquireLock, type LockHolder, type LockRequest } from "../../../src/platform/lock.ts";
import { tempFolder, writeFiles } from "../../support/temp.ts";

const eager = { ...systemClock, sleep: (_ms: number, signal: AbortSignal) => systemClock.sleep(1, signal) };

const request = (path: string, more: Partial<LockRequest> = {}): LockRequest => ({
  path,
  pid: process.pid,
  command: "goat-dev up",
  clock: eager,
  signal: new AbortController().signal,
  onWait: () => undefined,
  ...more,
});

const deadPid = async (): Promise<number> => {
  const child = spawn(process.execPath, ["-e", ""]);
  await once(child, "exit");
  return child.pid ?? 0;
};

/** What a killed holder leaves behind. */
const leaveLock = (path: string, pid: number, command = "goat-dev down"): void => {
  mkdirSync(`${path}.lock`);
  const { ino, birthtimeMs } = statSync(`${path}.lock`);
  const holder = { pid, command, since: "2026-11-23T04:00:00.000Z", lock: `${ino}-${birthtimeMs}` };
  writeFileSync(`${path}.json`, JSON.stringify(holder));
};

test("a second holder must wait, say for whom, and get the lock when it is released", async () => {
  const path = join(tempFolder(), "locks", "goat");
  const release = await acquireLock(request(path, { command: "goat-dev restart" }));
  const waited: (LockHolder | null)[] = [];
  let heard: () => void = () => undefined;
  const told = new Promise<void>((resolve) => {
    heard = resolve;
  });
  const second = acquireLock(
    request(path, {
      onWait: (holder) => {
        waited.push(holder);
        heard();
      },
    }),
  );
  await told;
  await release();
  await (await second)();
  expect(waited).toEqual([{ pid: process.pid, command: "goat-dev restart", since: expect.any(String) }]);
  expect(readdirSync(join(path, ".."))).toEqual([]);
});

test("a killed holder's lock must be taken over without waiting", async () => {
  const path = join(tempFolder(), "goat");
  leaveLock(path, await deadPid());
  const waited: unknown[] = [];
  const release = await acquireLock(request(path, { onWait: (holder) => waited.push(holder) }));
  expect(waited).toEqual([]);
  await release();
});

test("a lock that nobody has touched for a minute must be taken over, whoever has its process id now", async () => {
  const path = join(tempFolder(), "goat");
  leaveLock(path, process.pid);
  const later = { ...eager, date: () => new Date(Date.now() + 61_000) };
  await (await acquireLock(request(path, { clock: later })))();
});

test("a lock must not be broken for a dead holder of an earlier lock", async () => {
  const path = join(tempFolder(), "goat");
  leaveLock(path, await deadPid());
  writeFileSync(`${path}.json`, JSON.stringify({ pid: await deadPid(), command: "old", since: "", lock: "0-0" }));
  const leave = new AbortController();
  const waited: unknown[] = [];
  const waiting = acquireLock(
    request(path, {
      signal: leave.signal,
      onWait: (holder) => {
        waited.push(holder);
        leave.abort();
      },
    }),
  );
  await expect(waiting).rejects.toThrow();
  expect(waited).toEqual([null]);
});

test("many that find an abandoned lock must hold it one at a time", async () => {
  const path = join(tempFolder(), "goat");
  leaveLock(path, await deadPid());
  let holders = 0;
  let most = 0;
  const work = async (): Promise<void> => {
    const release = await acquireLock(request(path));
    holders += 1;
    most = Math.max(most, holders);
    await systemClock.sleep(1, new AbortController().signal);
    holders -= 1;
    await release();
  };
  await Promise.all(Array.from({ length: 12 }, work));
  expect(most).toBe(1);
});

test("waiting must end when the signal fires, and leave the holder's lock alone", async () => {
  const path = join(tempFolder(), "goat");
  const release = await acquireLock(request(path));
  const leave = new AbortController();
  const waiting = acquireLock(request(path, { signal: leave.signal, onWait: () => leave.abort() }));
  await expect(waiting).rejects.toMatchObject({ name: "AbortError" });
  expect(readdirSync(join(path, "..")).sort()).toEqual(["goat.json", "goat.lock"]);
  await release();
});

test("a folder that cannot be written must be named", async () => {
  const folder = writeFiles(tempFolder(), { file: "" });
  await expect(acquireLock(request(join(folder, "file", "goat")))).rejects.toMatchObject({ code: "file-unwritable" });
});
