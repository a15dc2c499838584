import { appendFileSync, mkdirSync, readdirSync, renameSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { LogLine } from "../../../../src/engine/engine.ts";
import { createFollower, readTail } from "../../../../src/engine/processes/logs.ts";
import { limitMs } from "../../../contract/rig.ts";
import { collect } from "../../../support/async.ts";
import { embeddedScene } from "../../../support/embedded.ts";
import { tempFolder } from "../../../support/temp.ts";

const stamp = (second: number): string => `2026-11-23T07:39:${String(second).padStart(2, "0")}.000Z`;

describe("a service's log", () => {
  const open = async () => {
    const scene = await embeddedScene();
    const container = await scene.create(scene.service("web", "exec sleep 1000"));
    const [folder = ""] = readdirSync(scene.folder, { recursive: true, encoding: "utf8" }).filter((path) =>
      /logs\/[0-9a-f]+$/.test(path),
    );
    const write = (file: string, ...lines: readonly string[]): void =>
      writeFileSync(join(scene.folder, folder, file), lines.map((line) => `${line}\n`).join(""));
    const read = (options: { readonly tail?: number; readonly since?: string } = {}): Promise<LogLine[]> =>
      collect(
        scene.engine.logs({
          containers: [{ service: "web", container }],
          follow: false,
          tail: options.tail ?? null,
          since: options.since ?? null,
          signal: AbortSignal.timeout(limitMs),
        }),
      );
    return { write, read, texts: async (options = {}) => (await read(options)).map(({ line }) => line) };
  };

  test("must be all its files by time, lines without one behind the line they follow", async () => {
    const { write, texts } = await open();
    write("console.log", "early", `${stamp(1)} out one`, "more of one", `${stamp(4)} err four`);
    write("postgres.log", `${stamp(2).replace("T", " ").replace("Z", " UTC")} two`, "more of two", `${stamp(3)} three`);
    write("notes.txt", "not a log");
    expect(await texts()).toEqual(["early", "one", "more of one", "two", "more of two", "three", "four"]);
    expect(await texts({ tail: 2 })).toEqual(["three", "four"]);
    expect(await texts({ since: stamp(3) })).toEqual(["three", "four"]);
    expect(await texts({ since: "2026-11-23T07:39:01.500Z" })).toEqual(["two", "more of two", "three", "four"]);
  });

  test("must be told with the streams that its lines name", async () => {
    const { write, read } = await open();
    write("console.log", `${stamp(1)} out one`, `${stamp(2)} err two`);
    expect(await read()).toEqual([
      { service: "web", stream: "stdout", at: stamp(1), line: "one" },
      { service: "web", stream: "stderr", at: stamp(2), line: "two" },
    ]);
  });

  test("must be empty before anything was printed", async () => {
    expect(await (await open()).read()).toEqual([]);
  });
});

describe("a file's last lines", () => {
  const fileOf = (text: string): string => {
    const path = join(tempFolder(), "a.log");
    writeFileSync(path, text);
    return path;
  };

  test("must be found from its end, however long the lines are", async () => {
    const long = "x".repeat(100_000);
    const path = fileOf(["one", long, "é", long, "five", ""].join("\n"));
    expect((await readTail(path, 1))?.texts).toEqual(["five"]);
    expect((await readTail(path, 3))?.texts).toEqual(["é", long, "five"]);
    expect((await readTail(path, 99))?.texts).toEqual(["one", long, "é", long, "five"]);
    expect((await readTail(path, 0))?.texts).toEqual([]);
    expect((await readTail(path, null))?.texts).toHaveLength(5);
  });

  test("must be none where the file is empty or gone", async () => {
    expect((await readTail(fileOf(""), 3))?.texts).toEqual([]);
    expect(await readTail("/no/such/file.log", 3)).toBeUndefined();
  });
});

describe("following", () => {
  const begin = async (text: string) => {
    const folder = tempFolder();
    const path = join(folder, "console.log");
    writeFileSync(path, text);
    const read = await readTail(path, null);
    if (read === undefined) throw new Error("the file is not there");
    return { folder, path, follower: createFollower(folder, [read]) };
  };

  test("must give a line once, when it is whole, even where a letter was cut", async () => {
    const { path, follower } = await begin("one\ntw");
    expect(await follower.next()).toEqual([]);
    const letter = Buffer.from("é");
    appendFileSync(path, Buffer.concat([Buffer.from("o "), letter.subarray(0, 1)]));
    expect(await follower.next()).toEqual([]);
    appendFileSync(path, Buffer.concat([letter.subarray(1), Buffer.from("\nthree\nfo")]));
    expect(await follower.next()).toEqual(["two é", "three"]);
    expect(follower.unfinished()).toEqual(["fo"]);
  });

  test("must go on through a file that is put aside, and take up the new one", async () => {
    const { folder, path, follower } = await begin("one\n");
    appendFileSync(path, "two\n");
    renameSync(path, join(folder, "console.old.log"));
    writeFileSync(path, "three\n");
    expect((await follower.next()).toSorted()).toEqual(["three", "two"]);
    expect(await follower.next()).toEqual([]);
  });

  test("must begin anew where a file was cut", async () => {
    const { path, follower } = await begin("one\ntwo\n");
    truncateSync(path);
    appendFileSync(path, "new\n");
    expect(await follower.next()).toEqual(["new"]);
  });

  test("must take up a file that comes later, and end with its folder", async () => {
    const { folder, follower } = await begin("");
    mkdirSync(join(folder, "more.log"));
    writeFileSync(join(folder, "later.log"), "late\n");
    expect(await follower.next()).toEqual(["late"]);
  });
});
