import { renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { systemClock } from "../../../src/platform/clock.ts";
import { savesOf } from "../../../src/platform/saves.ts";
import { tempFolder, writeFiles } from "../../support/temp.ts";

const limitMs = 30_000;

type Edit = (file: string) => Promise<void> | void;

/** Makes the edits once the files are watched, each after the save before was told; the number of saves after what was there. */
const savesAfter = async (...edits: readonly Edit[]): Promise<number> => {
  const folder = writeFiles(tempFolder(), { "config.yaml": "first", "other.txt": "other" });
  const file = join(folder, "config.yaml");
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, AbortSignal.timeout(limitMs)]);
  const left = [...edits];
  const next = async (): Promise<void> => {
    const edit = left.shift();
    if (edit === undefined) stop.abort();
    else await edit(file);
  };
  let saves = -1;
  for await (const _ of savesOf([file], { clock: systemClock, signal })) {
    saves += 1;
    await next();
  }
  return saves;
};

const beside = (file: string, name: string): string => join(dirname(file), name);

test.each<readonly [string, Edit]>([
  ["writes into it", (file) => writeFileSync(file, "second")],
  [
    "puts another in its place",
    (file) => {
      writeFileSync(beside(file, ".config.yaml.swp"), "second");
      renameSync(beside(file, ".config.yaml.swp"), file);
    },
  ],
  [
    "removes it for a moment",
    async (file) => {
      rmSync(file);
      await new Promise(setImmediate);
      writeFileSync(file, "second");
    },
  ],
  [
    "writes it in many pieces",
    async (file) => {
      for (let n = 0; n < 20; n += 1) {
        writeFileSync(file, "x".repeat(n));
        await new Promise(setImmediate);
      }
    },
  ],
])("an editor that %s must be noticed as one save", { timeout: limitMs }, async (_, edit) => {
  expect(await savesAfter(edit)).toBe(1);
});

test("what leaves the content as it is, and other files of the folder, must not be told", {
  timeout: limitMs,
}, async () => {
  const same: Edit = (file) => {
    writeFileSync(file, "first");
    writeFileSync(beside(file, "other.txt"), "more");
    // The one that is told, and ends it.
    setTimeout(() => writeFileSync(file, "second"), 200);
  };
  expect(await savesAfter(same)).toBe(1);
});

test("a save that another one follows must say that it is over", { timeout: limitMs }, async () => {
  const file = join(writeFiles(tempFolder(), { "config.yaml": "first" }), "config.yaml");
  const signal = AbortSignal.timeout(limitMs);
  const told: boolean[] = [];
  for await (const save of savesOf([file], { clock: systemClock, signal })) {
    told.push(await save.isOver());
    writeFileSync(file, "second");
    told.push(await save.isOver());
    break;
  }
  expect(told).toEqual([false, true]);
});
