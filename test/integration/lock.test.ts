import { expect, test } from "vitest";
import { openProject } from "../support/goat-project.ts";

test("--timeout must end the wait for another goat-dev too, name it, and leave it alone", async () => {
  let letGo = (): void => {};
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  let onHeld = (): void => {};
  const holding = new Promise<void>((resolve) => {
    onHeld = resolve;
  });
  const { goat } = await openProject({
    beforeApply: async () => {
      onHeld();
      await held;
    },
  });
  const first = goat(["up"]);
  await holding;
  const second = await goat(["up", "--timeout", "300ms"]);
  letGo();
  expect(second.exitCode).toBe(4);
  expect(second.err).toMatch(/waiting for goat-dev up \(pid \d+\), which works on goat/);
  expect(second.err).toMatch(/goat-dev up \(pid \d+\) still works on goat after 0\.3 s {3}\[stack-locked\]/);
  expect((await first).exitCode).toBe(0);
});
