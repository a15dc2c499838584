import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openProject } from "../support/goat-project.ts";

const gate = () => {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
};

/** A project whose first `up` stands still, holding the lock, until it is let go. */
const openHeld = async () => {
  const [reached, released] = [gate(), gate()];
  const { goat } = await openProject({
    // A lock is as old as its file: the clock has to agree with the file system's.
    now: new Date().toISOString(),
    beforeApply: async () => {
      reached.open();
      await released.opened;
    },
  });
  const first = goat(["up", "postgres"]);
  await reached.opened;
  return { goat, first, letGo: released.open };
};

test("a second up must wait for the first, say for whom, and find its work done", async () => {
  const { goat, first, letGo } = await openHeld();
  const onErr = (text: string): void => {
    if (text.includes("waiting for")) letGo();
  };
  const second = await goat(["up", "postgres"], { onErr });
  expect(await first).toMatchObject({ exitCode: 0 });
  expect(second).toMatchObject({ exitCode: 0, out: expect.stringContaining("is ready and as configured") });
  expect(second.err).toMatch(/^note: waiting for goat-dev up \(pid \d+\), which works on goat for \d+ s\n$/);
});

test("a home that cannot be written must not stop up: the lock then lies with the project", async () => {
  const { goat, home, folder } = await openProject();
  // A file where the folder would be: not even root can write below it.
  writeFileSync(join(home, ".local"), "");
  const up = await goat(["up", "postgres", "--json"]);
  expect([up.exitCode, up.json()]).toEqual([0, expect.objectContaining({ ok: true })]);
  expect(existsSync(join(folder, ".goat-dev", "locks"))).toBe(true);
});

test("--timeout must end the wait for another goat-dev too, name it, and leave it alone", async () => {
  const { goat, first, letGo } = await openHeld();
  const second = await goat(["up", "--timeout", "50ms"]);
  letGo();
  expect(second.exitCode).toBe(4);
  expect(second.err).toMatch(/waiting for goat-dev up \(pid \d+\), which works on goat/);
  expect(second.err).toMatch(/goat-dev up \(pid \d+\) still works on goat after 50 ms {3}\[stack-locked\]/);
  expect((await first).exitCode).toBe(0);
});
