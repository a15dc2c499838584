import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { pinnedImages } from "../../../../src/project/versions.ts";

const python = join(import.meta.dirname, "..", "..", "..", "..", "python");
const read = (name: string): string => readFileSync(join(python, name), "utf8");

/** Each requirement with its lines. */
const requirements = (lock: string): readonly string[] =>
  lock
    .split("\n")
    .filter((line) => line !== "" && !/^\s*#/.test(line))
    .join("\n")
    .split(/\n(?=\S)/);

const pinned = /^[a-z0-9][a-z0-9._-]*==[\w.!+-]+(?: ; [^\\]+)? \\\n(?: {4}--hash=sha256:[0-9a-f]{64}(?: \\\n|$))+$/;

const minorOf = (text: string): string | undefined => /(\d+\.\d+)\.\d+/.exec(text)?.[1];

describe("the Python locks", () => {
  test.each(["litellm.lock", "prisma.lock", "uv.lock"])(
    "%s must pin every package to one version and to hashes of its files",
    (name) => {
      const found = requirements(read(name));
      expect(found.length).toBeGreaterThan(0);
      expect(found.filter((requirement) => !pinned.test(requirement.trimEnd()))).toEqual([]);
    },
  );

  test.each(["litellm.lock", "prisma.lock", "uv.lock"])(
    "%s must name no index, so that the user's own is asked",
    (name) => {
      expect(read(name)).not.toMatch(/:\/\/|--(?:extra-)?index-url|--find-links|--trusted-host/);
    },
  );

  test("the lock must hold what litellm.in asks for", () => {
    const asked = read("litellm.in");
    const version = /^litellm\[proxy\]==(\S+)$/m.exec(asked)?.[1];
    expect(read("litellm.lock")).toMatch(new RegExp(`^litellm==${version?.replaceAll(".", "\\.")} `, "m"));
    expect(asked).toMatch(/^langfuse>=2\.59\.7,<3$/m);
    expect(read("litellm.lock")).toMatch(/^langfuse==2\.\d+\.\d+ /m);
  });

  test("LiteLLM must be of the same line as the pinned image: the next one does not trace to Langfuse 2", () => {
    expect(minorOf(read("litellm.in"))).toBeDefined();
    expect(minorOf(read("litellm.in"))).toBe(minorOf(pinnedImages.LITELLM_IMAGE));
  });
});
