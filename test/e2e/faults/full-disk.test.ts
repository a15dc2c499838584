import { cpSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, inject, test } from "vitest";
import { canMount, fillDisk, mountDisk } from "../../support/disk.ts";
import type { Scenario } from "../../support/scenario.ts";
import { expectWell, failureOf, idle, openStack } from "./small-stack.ts";

/** The project on a small disk; everything else lies elsewhere. */
const moveToDisk = (stack: Scenario): string => {
  const disk = mountDisk(stack.path("..", "disk"), "size=512k");
  cpSync(stack.folder, disk, { recursive: true });
  return disk;
};

describe.skipIf(inject("e2e").missing !== null || !canMount)("a disk that is full", () => {
  test("must cost .env no byte, be told by up --set, and be well once there is room", async () => {
    const stack = await openStack({ web: idle });
    const cwd = moveToDisk(stack);
    const before = readFileSync(join(cwd, ".env"), "utf8");
    const ballast = fillDisk(cwd);
    const up = ["up", "--json", "--set", `NOTE=${"n".repeat(8_000)}`];
    const error = failureOf(await stack.run(up, { cwd }), 1, "disk-full");
    expect(error.message).toContain(".env");
    expect(error.fixes[0]?.command).toMatch(/^df -h /);
    expect(readFileSync(join(cwd, ".env"), "utf8")).toBe(before);
    rmSync(ballast);
    expect((await stack.run(up, { cwd })).exitCode).toBe(0);
    expect(readFileSync(join(cwd, ".env"), "utf8")).toContain(before.trim());
  });

  test("under the project's state must keep up from nothing, and be told", async () => {
    const stack = await openStack({ web: idle });
    const cwd = moveToDisk(stack);
    fillDisk(cwd);
    const up = await stack.run(["up", "--json"], { cwd });
    expect(up.exitCode, up.output).toBe(0);
    expect(up.stderr).toMatch(/warning: .*no space is left|warning: cannot keep state in .*ENOSPC/);
    expect(await stack.container("web")).toMatchObject({ status: "running" });
  });

  test("under the home must keep up from nothing", async () => {
    const stack = await openStack({ web: idle });
    const home = mountDisk(stack.path("..", "full-home"), "size=64k");
    fillDisk(home);
    const up = await stack.run(["up", "--json"], { env: { HOME: home } });
    expect(up.exitCode, up.output).toBe(0);
    expect((await expectWell(stack)).json.changed).toEqual([]);
  });
});
