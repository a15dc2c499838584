import { expect, test } from "vitest";
import { describeOnEngine } from "../../support/scenario-hooks.ts";
import { expectWell, held, openStack, release, untilRunning } from "./small-stack.ts";

/** Lets the machine's time of day jump as soon as goat-dev has had a moment; durations go on as they are. */
const jump = (byMs: number): string => {
  const script = `
    const real = Date;
    let by = 0;
    setTimeout(() => { by = ${byMs}; }, 400).unref();
    globalThis.Date = class extends real {
      constructor(...args) { args.length === 0 ? super(real.now() + by) : super(...args); }
      static now() { return real.now() + by; }
    };`;
  return `data:text/javascript,${encodeURIComponent(script)}`;
};

const hourMs = 3_600_000;

describeOnEngine("a clock that jumps", () => {
  test.for([
    ["forward", 30 * hourMs],
    ["back", -30 * hourMs],
  ] as const)("%s must change neither what up waits for nor what it says of its duration", async ([, byMs]) => {
    const stack = await openStack({ web: held });
    const env = { NODE_OPTIONS: `--import=${jump(byMs)}` };
    const up = stack.start(["up", "--json", "--timeout", "60s"], { env });
    await untilRunning(stack, "web");
    const other = stack.start(["up", "--json"], { env });
    await other.until(/waiting for goat-dev up/);
    await release(stack, "web");
    const { exitCode, json, output } = await up.done;
    expect(exitCode, output).toBe(0);
    expect(json.durationMs).toBeGreaterThan(0);
    expect(json.durationMs).toBeLessThan(60_000);
    const { exitCode: second, output: said } = await other.done;
    expect(second, said).toBe(0);
    const status = await stack.run(["status"], { env });
    expect(status.exitCode, status.output).toBe(0);
    expect(status.output).not.toMatch(/-\d+ (?:s|min|h|d)\b/);
    expect((await expectWell(stack)).json.changed).toEqual([]);
  });
});
