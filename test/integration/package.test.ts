import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");

const read = (path: string): string => readFileSync(join(root, path), "utf8");

interface Packed {
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string }[];
}

const [packed]: readonly Packed[] = JSON.parse(
  execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], { cwd: root, encoding: "utf8" }),
);
const paths = (packed?.files ?? []).map(({ path }) => path);

const manifest: {
  readonly version: string;
  readonly bin: Readonly<Record<string, string>>;
  readonly man: string;
  readonly keywords: readonly string[];
} = JSON.parse(read("package.json"));

/** `[text](target)` of a page, but for addresses, places on the same page, and pictures, which stay in the repository. */
const linksOf = (page: string): readonly string[] =>
  [...read(page).matchAll(/(!?)\[[^\]]*\]\(([^)\s#]+)(?:#[^)]*)?\)/g)]
    .flatMap(([, mark, target = ""]) => (mark === "!" ? [] : [target]))
    .filter((target) => !/^\w+:/.test(target));

describe("the package", () => {
  test("must hold what its manifest and its readers need", () => {
    const needed = ["README.md", "LICENSE", "CHANGELOG.md", "SECURITY.md", "CONTRIBUTING.md", "docs/failures.md"];
    const entries = [
      ...Object.values(manifest.bin),
      manifest.man,
      "dist/main.js",
      "dist/json.d.ts",
      "dev/.env.example",
    ];
    for (const path of [...needed, ...entries]) expect(paths).toContain(normalize(path));
    expect(manifest.keywords.length).toBeGreaterThan(3);
  });

  test("must hold nothing of the tests, no source map, no image, and nothing that a tool leaves behind", () => {
    const foreign =
      /^(?:src|test|scripts\/.*\.mjs|\.github|\.ci)(?:\/|$)|\.map$|\.(?:png|jpe?g|gif|webp|ico)$|__pycache__|\.pyc$|node_modules|(?:^|\/)\.env$|\.goat-dev\/|\.log$/;
    expect(paths.filter((path) => foreign.test(path))).toEqual([]);
  });

  test("must stay small", () => {
    expect(packed?.size).toBeLessThan(2_500_000);
    expect(packed?.unpackedSize).toBeLessThan(8_000_000);
    expect(paths.length).toBeLessThan(400);
  });

  test("every link of its pages must lead to something that it holds", () => {
    const pages = paths.filter((path) => path.endsWith(".md") && !path.startsWith("templates/"));
    const links = pages.flatMap((page) =>
      linksOf(page).map((target) => [page, normalize(join(dirname(page), target))]),
    );
    const isHeld = (target: string): boolean => paths.some((path) => path === target || path.startsWith(`${target}/`));
    expect(links.filter(([, target = ""]) => !isHeld(target))).toEqual([]);
    expect(links.length).toBeGreaterThan(10);
  });

  test("its version must have a dated heading in the changelog", () => {
    expect(read("CHANGELOG.md")).toMatch(
      new RegExp(`^## ${manifest.version.replaceAll(".", "\\.")} - \\d{4}-\\d{2}-\\d{2}$`, "m"),
    );
  });

  test("what the workflows run must be there", () => {
    const workflows = ["ci", "release"].map((name) => read(`.github/workflows/${name}.yml`)).join("\n");
    const scripts: Readonly<Record<string, string>> = JSON.parse(read("package.json")).scripts;
    const asked = [...workflows.matchAll(/npm run ([\w:]+)/g)].map(([, name = ""]) => name);
    expect(asked.filter((name) => scripts[name] === undefined)).toEqual([]);
    expect(asked.length).toBeGreaterThan(3);
    expect(existsSync(join(root, ".ci/run"))).toBe(true);
  });
});
