import { expect, test } from "vitest";
import { describeOnEngine } from "../../support/scenario-hooks.ts";
import { expectWell, idle, openStack, sh, writeStack } from "../faults/small-stack.ts";

const count = 200;

/** Prints its lines, then one in two halves, and goes on running. */
const talking = (life: string) => ({
  ...sh(`seq -f "${life} %.0f" ${count}; printf "${life} half "; sleep 0.3; echo whole; exec sleep infinity`),
  "x-goat": idle["x-goat"],
});

const linesOf = (life: string): readonly string[] => [
  ...Array.from({ length: count }, (_, index) => `web | ${life} ${index + 1}`),
  `web | ${life} half whole`,
];

describeOnEngine("logs", () => {
  test("must go on through a restart, a replacement, and a down and up, and lose no line and no half of one", async () => {
    const stack = await openStack({ web: talking("first") });
    const logs = stack.start(["logs", "-f", "web"]);
    await logs.until(/no containers yet/);
    await expectWell(stack);
    await logs.until(/first half whole/);
    expect((await stack.run(["restart", "web"])).exitCode).toBe(0);
    await logs.until(/first half whole.*first half whole/s);
    await writeStack(stack, { web: talking("second") });
    await expectWell(stack);
    await logs.until(/second half whole/);
    expect((await stack.run(["down"])).exitCode).toBe(0);
    await expectWell(stack);
    await logs.until(/second half whole.*second half whole/s);
    logs.interrupt();
    const { exitCode, stdout } = await logs.done;
    expect(exitCode).toBe(130);
    const lives = ["first", "first", "second", "second"];
    expect(stdout.trimEnd().split("\n")).toEqual(lives.flatMap(linesOf));
  });

  test("must come merged by time, also where they are followed", async () => {
    const turns = (name: string) => ({
      ...sh(`for i in 1 2 3 4 5; do echo "${name} $(date +%s%N)"; sleep 0.05; done; exec sleep infinity`),
      "x-goat": { ready: { running: "1s" } },
    });
    const stack = await openStack({ one: turns("one"), two: turns("two") });
    await expectWell(stack);
    const follow = stack.start(["logs", "-f"]);
    await follow.until(/(?:\n.*){9}\n$/);
    follow.interrupt();
    for (const { stdout } of [await stack.run(["logs"]), await follow.done]) {
      const times = stdout
        .trimEnd()
        .split("\n")
        .map((line) => Number(line.split(" ").at(-1)) / 1e6);
      expect(times).toHaveLength(10);
      // A line has the time of its printing, which comes a moment after the time that it tells.
      const early = times.filter((time, index) => time < Math.max(...times.slice(0, index)) - 20);
      expect(early).toEqual([]);
      expect(new Set(stdout.match(/^one|^two/gm)).size).toBe(2);
    }
  });
});
