import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { tempFolder } from "../support/temp.ts";
import { type Answer, ours } from "./compose.ts";
import { malformed } from "./malformed.ts";

/** What hangs is ended then; on a machine that does nothing else, the slowest takes a twentieth of it. */
const limitMs = 10_000;

test.each(malformed.map((content, index) => [index, content] as const))(
  "malformed input %i must be told with its place, and end in nothing else",
  async (_index, content) => {
    const folder = tempFolder();
    writeFileSync(join(folder, "compose.yaml"), content);
    // Anything but a GoatError is thrown on, and fails the test.
    const read = (): Promise<Answer> => ours({ folder, files: ["compose.yaml"] });
    // Nothing else ends a reading that never waits for anything.
    const answer: Answer = await runInNewContext("read()", { read }, { timeout: limitMs });
    if ("config" in answer) return;
    expect(answer.refused).toMatch(/compose\.yaml(?::\d+:\d+ | is UTF-16| .* in line \d+)/);
  },
);

test("enough of them must be refused for this to say something", async () => {
  const answers = await Promise.all(
    malformed.map((content) => {
      const folder = tempFolder();
      writeFileSync(join(folder, "compose.yaml"), content);
      return ours({ folder, files: ["compose.yaml"] });
    }),
  );
  const taken = malformed.filter((_, index) => "config" in (answers[index] ?? {}));
  expect(malformed.length).toBeGreaterThanOrEqual(128);
  expect(taken.map(String)).toEqual([]);
});
