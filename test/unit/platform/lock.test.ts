import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, renameSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { systemClock } from "../../../src/platform/clock.ts";
import { acquireLock, type LockHolder, type LockRequest } from "../../../src/platform/lock.ts";
import { identify } from "../../../src/platform/process-identity.ts";
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
const leaveLock = (
  path: string,
  pid: number,
  more: { readonly startTime?: string; readonly bootId?: string | null } = {},
): void => {
  const holder = { pid, command: "goat-dev down", since: "2026-11-23T04:00:00.000Z", startTime: null, bootId: null };
  symlinkSync(JSON.stringify({ ...holder, ...more, id: "left" }), `${path}.lock`);
};

test("a second holder must wait, say for whom, and get the lock when it is released", async () => {
  const path = join(tempFolder(), "locks", "goat");
  const release = await acquireLock(request(path, { command: "goat-dev restart" }));
  const waited: LockHolder[] = [];
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

test("a lock must be taken over whose holder's process id is another program's by now, or was an earlier boot's", async () => {
  const own = await identify(process.pid);
  const bootId = own?.bootId ?? "";
  for (const later of [
    { startTime: "1", bootId },
    { startTime: own?.startTime ?? "", bootId: "earlier" },
  ]) {
    const path = join(tempFolder(), "goat");
    leaveLock(path, process.pid, later);
    const waited: unknown[] = [];
    await (await acquireLock(request(path, { onWait: (holder) => waited.push(holder) })))();
    expect(waited).toEqual([]);
  }
});

test("a lock must be kept for a holder of whom no more is known than that its process runs", async () => {
  const path = join(tempFolder(), "goat");
  leaveLock(path, process.pid);
  const leave = new AbortController();
  const waiting = acquireLock(request(path, { signal: leave.signal, onWait: () => leave.abort() }));
  await expect(waiting).rejects.toMatchObject({ name: "AbortError" });
});

test("a lock that says nothing must be taken over", async () => {
  const path = join(tempFolder(), "goat");
  symlinkSync("nothing that can be read", `${path}.lock`);
  await (await acquireLock(request(path)))();
  expect(readdirSync(dirname(path))).toEqual([]);
});

test("a taking over that was killed half-way must be taken over as well", async () => {
  const path = join(tempFolder(), "goat");
  leaveLock(path, await deadPid());
  leaveLock(`${path}.claim`, await deadPid());
  renameSync(`${path}.claim.lock`, `${path}.lock.left`);
  await (await acquireLock(request(path)))();
  expect(readdirSync(dirname(path))).toEqual([]);
});

test("a holder that is killed must leave its lock to whoever waits", async () => {
  const path = join(tempFolder(), "goat");
  const holder = spawn(process.execPath, ["-e", "setInterval(() => {}, 1_000)"]);
  const { startTime, bootId } = (await identify(holder.pid ?? 0)) ?? {};
  leaveLock(path, holder.pid ?? 0, { startTime: startTime ?? "", bootId: bootId ?? null });
  const waited: (number | undefined)[] = [];
  const release = await acquireLock(
    request(path, {
      onWait: ({ pid }) => {
        waited.push(pid);
        holder.kill("SIGKILL");
      },
    }),
  );
  expect(waited).toEqual([holder.pid]);
  await release();
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
  expect(readdirSync(join(path, "..")).sort()).toEqual(["goat.lock"]);
  await release();
});

test("a folder that cannot be written must be named", async () => {
  const folder = writeFiles(tempFolder(), { file: "" });
  await expect(acquireLock(request(join(folder, "file", "goat")))).rejects.toMatchObject({ code: "file-unwritable" });
});
