import { expect, test } from "vitest";
import { docker } from "../../support/docker.ts";
import type { Scenario } from "../../support/scenario.ts";
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

/** What the services said, by the engine's own time of each line. */
const printed = async (stack: Scenario): Promise<readonly string[]> => {
  const ofEach = (await stack.containers()).map(async ({ service, id }) =>
    (await docker("logs", "--timestamps", id)).split("\n").flatMap((line) => {
      const [, at = "", text = ""] = /^(\S+) (.*)$/.exec(line) ?? [];
      return at === "" ? [] : [{ at, text: `${service} | ${text}` }];
    }),
  );
  const lines = (await Promise.all(ofEach)).flat();
  return lines.toSorted((a, b) => a.at.localeCompare(b.at)).map(({ text }) => text);
};

describeOnEngine("logs", () => {
  test("must go on through a restart, a replacement, and a down and up, and lose no line and no half of one", async () => {
    const stack = await openStack({ web: talking("first") });
    const logs = stack.start(["logs", "-f", "web"]);
    await logs.until(/no containers yet/);
    await expectWell(stack);
    await logs.until(/first half whole/);
    expect((await stack.run(["restart", "web"])).exitCode).toBe(0);
    await logs.until(/first half whole.*first half whole/s);
    writeStack(stack, { web: talking("second") });
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
      ...sh(`for i in 1 2 3 4 5; do echo "${name} $$i"; sleep 0.05; done; exec sleep infinity`),
      "x-goat": idle["x-goat"],
    });
    const stack = await openStack({ one: turns("one"), two: turns("two") });
    await expectWell(stack);
    await expect.poll(() => printed(stack), { timeout: 30_000 }).toHaveLength(10);
    const inOrder = await printed(stack);
    const follow = stack.start(["logs", "-f"]);
    await follow.until(/(?:\n.*){9}\n$/);
    follow.interrupt();
    for (const { stdout } of [await stack.run(["logs"]), await follow.done]) {
      expect(stdout.trimEnd().split("\n")).toEqual(inOrder);
    }
  });
});
