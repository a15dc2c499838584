import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { byLine, readPip, readUv } from "../../../../src/runtimes/litellm/tool.ts";

const mib = 1024 * 1024;

describe("what an installer tells", () => {
  test("uv's fetching must be told in bytes that grow to the whole", () => {
    const read = readUv("litellm 1.2.3");
    expect(read("Resolved 118 packages in 493ms")).toBeNull();
    expect(read("Downloading numpy (16.0MiB)")).toEqual({
      ...{ text: "litellm 1.2.3: fetching packages", current: 0, total: 16 * mib },
    });
    expect(read("Downloading uvloop (512.0KiB)")).toMatchObject({ current: 0, total: 16.5 * mib });
    expect(read(" Downloaded numpy")).toMatchObject({ current: 16 * mib, total: 16.5 * mib });
    expect(read(" Downloaded uvloop")).toMatchObject({ current: 16.5 * mib });
    expect(read("Prepared 118 packages in 1.03s")).toEqual({ text: "litellm 1.2.3: unpacking 118 packages" });
    expect(read("Installed 118 packages in 163ms")).toEqual({ text: "litellm 1.2.3: compiling 118 packages" });
    expect(read(" + aiohttp==3.14.5")).toBeNull();
  });

  test("pip's packages must be counted, without those that this machine does not need", () => {
    const read = readPip("litellm 1.2.3", 3);
    expect(read("Ignoring colorama: markers 'sys_platform == \"win32\"' don't match your environment")).toBeNull();
    expect(read("Collecting idna==3.7 (from -r litellm.lock (line 3))")?.text).toBe(
      "litellm 1.2.3: fetching package 1 of 2",
    );
    expect(read("  Downloading idna-3.7-py3-none-any.whl (66 kB)")).toBeNull();
    expect(read("Collecting yarl==1.2 (from -r litellm.lock (line 9))")?.text).toContain("2 of 2");
    expect(read("Installing collected packages: idna, yarl")?.text).toBe("litellm 1.2.3: unpacking 2 packages");
  });

  test("lines must come whole, however they are cut", () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z ]{0,8}$/)), fc.integer({ min: 1, max: 9 }), (lines, size) => {
        const got: string[] = [];
        const take = byLine((line) => got.push(line));
        const text = lines.map((line) => `${line}\n`).join("");
        for (let at = 0; at < text.length; at += size) take(text.slice(at, at + size));
        expect(got).toEqual(lines);
      }),
    );
  });
});
