import { describe, expect, inject, test } from "vitest";
import type { Scenario } from "../../support/scenario.ts";
import { hasTmux, openPane, type Pane } from "../../support/tmux.ts";
import { expectWell, held, idle, openStack, release } from "./small-stack.ts";

const isRequired = process.env["GOAT_DEV_REQUIRE_ENGINES"] === "1";

const openTerminal = (stack: Scenario, columns: number, rows: number): Promise<Pane> =>
  openPane({ folder: stack.path(".."), cwd: stack.folder, env: stack.env, columns, rows });

const typed = async (pane: Pane, command: string): Promise<void> =>
  pane.keys(`clear; '${process.execPath}' '${inject("e2e").bin}' ${command}`, "Enter");

/** Without what differs from run to run: times, the frame of a spinner, the engine, and the line that was typed. */
const steady = (screen: string): string =>
  screen
    .replaceAll(/\d+\.\d\s+s/g, "N s")
    .replaceAll(/[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]/g, "⠋")
    .replace(/^(Up in N s) = .*/m, "$1")
    .replace(/Docker \S+/, "Docker V")
    .replaceAll(/^\$ clear;.*\n/gm, "");

const services = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`svc-${String(index + 1).padStart(2, "0")}`, idle]));

/** The screen, once it is as it should be but for what differs: the very one that was found to be. */
const untilSteady = async (pane: Pane, pattern: RegExp): Promise<string> => {
  let screen = "";
  const look = async (): Promise<string> => {
    screen = steady(await pane.screen());
    return screen;
  };
  await expect.poll(look, { timeout: 60_000, interval: 100 }).toMatch(pattern);
  return screen;
};

/** The shell has its line back. */
const isUp = /^Up in N s\n\$$/m;

const isMissing = inject("e2e").missing !== null || (!hasTmux && !isRequired);

describe.skipIf(isMissing)("a terminal", () => {
  test("of 40 columns must show every service, and take a resize without a torn line", async () => {
    const stack = await openStack({ ...services(3), late: held });
    const pane = await openTerminal(stack, 40, 20);
    await typed(pane, "up");
    expect(await untilSteady(pane, /(?:✔ svc.*\n){3}.*test -e.*\n +1$/)).toMatchInlineSnapshot(`
      "✔ checks      Docker V
        (/var/run/docker.sock)
      ✔ svc-01      created · ready in N s
      ✔ svc-02      created · ready in N s
      ✔ svc-03      created · ready in N s
      ⠋ late        "test -e /go" ends with
        1"
    `);
    await pane.resize(100, 20);
    await release(stack, "late");
    expect(await untilSteady(pane, isUp)).toMatchInlineSnapshot(`
      "✔ checks      Docker V
        (/var/run/docker.sock)
      ✔ svc-01      created · ready in N s
      ✔ svc-02      created · ready in N s
      ✔ svc-03      created · ready in N s
      ✔ late        created · ready in N s
      Up in N s
      $"
    `);
    expect(await pane.isCursorShown()).toBe(true);
  });

  test("of 24 rows must show what thirty services do, the last of them, and all of them in the end", async () => {
    // Thirty joining one network at once is what Docker 20.10 now and then loses count of.
    const alone = Object.entries({ ...services(29), late: held }).map(([name, one]) => [
      name,
      { ...one, network_mode: "none" },
    ]);
    const stack = await openStack(Object.fromEntries(alone));
    const pane = await openTerminal(stack, 80, 24);
    await typed(pane, "up");
    expect(await untilSteady(pane, /^(?:✔ svc-\d\d .*\n){22}.*test -e.* 1$/)).toMatchInlineSnapshot(`
      "✔ svc-08      created · ready in N s
      ✔ svc-09      created · ready in N s
      ✔ svc-10      created · ready in N s
      ✔ svc-11      created · ready in N s
      ✔ svc-12      created · ready in N s
      ✔ svc-13      created · ready in N s
      ✔ svc-14      created · ready in N s
      ✔ svc-15      created · ready in N s
      ✔ svc-16      created · ready in N s
      ✔ svc-17      created · ready in N s
      ✔ svc-18      created · ready in N s
      ✔ svc-19      created · ready in N s
      ✔ svc-20      created · ready in N s
      ✔ svc-21      created · ready in N s
      ✔ svc-22      created · ready in N s
      ✔ svc-23      created · ready in N s
      ✔ svc-24      created · ready in N s
      ✔ svc-25      created · ready in N s
      ✔ svc-26      created · ready in N s
      ✔ svc-27      created · ready in N s
      ✔ svc-28      created · ready in N s
      ✔ svc-29      created · ready in N s
      ⠋ late        "test -e /go" ends with 1"
    `);
    await release(stack, "late");
    await pane.until(/^Up in/m);
    const lines = steady(await pane.screen({ whole: true })).split("\n");
    expect(lines.filter((line) => /^✔ (?:svc-\d\d|late) +created · ready in N s$/.test(line))).toHaveLength(30);
    expect(lines.filter((line) => line.startsWith("✔"))).toHaveLength(31);
    await typed(pane, "status");
    await pane.until(/late .*as configured\n\$$/);
  });

  test("that stops up by Ctrl-Z must have its cursor back, and up go on with fg", async () => {
    const stack = await openStack({ late: held });
    const pane = await openTerminal(stack, 80, 24);
    await typed(pane, "up");
    await pane.until(/test -e/);
    expect(await pane.isCursorShown()).toBe(false);
    await pane.keys("C-z");
    await pane.until(/Stopped.*\$$/s);
    expect(await pane.isCursorShown()).toBe(true);
    await pane.keys("fg", "Enter");
    await release(stack, "late");
    await pane.until(/^Up in/m);
    expect(await stack.container("late")).toMatchObject({ status: "running" });
  });

  test("that is closed must end up with it, and the next up go on as if nothing had been", async () => {
    const stack = await openStack({ early: idle, late: held });
    const pane = await openTerminal(stack, 80, 24);
    await typed(pane, "up");
    await pane.until(/✔ early.*test -e/s);
    const before = await stack.containers();
    await pane.close();
    await release(stack, "late");
    const up = await expectWell(stack);
    expect(up.stderr).not.toContain("waiting for");
    expect(await stack.containers()).toEqual(before);
  });
});
