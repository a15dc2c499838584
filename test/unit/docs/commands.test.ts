import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { parse } from "../../../src/cli/parse.ts";
import type { AnyCommand } from "../../../src/commands/command.ts";
import { allCommands } from "../../../src/commands/index.ts";
import { topics } from "../../../src/commands/topics.ts";
import { catalog } from "../../../src/errors/catalog.ts";

const commands = await allCommands();

const page = (name: string): string => readFileSync(new URL(`../../../${name}`, import.meta.url), "utf8");

const readme = page("README.md");
const pages = [
  readme,
  page("CONTRIBUTING.md"),
  page("docs/failures.md"),
  page("docs/architecture.md"),
  page("docs/modal.md"),
  page("docs/compose.md"),
];

/** Name as typed after goat-dev -> its own options. */
const named = (list: readonly AnyCommand[], before = ""): ReadonlyMap<string, readonly string[]> =>
  new Map(
    list.flatMap((command): [string, readonly string[]][] => {
      const name = `${before}${command.name}`;
      const own = command.options.flatMap(({ flags }) => flags.match(/--[\w-]+/g) ?? []);
      const subcommands = named(command.subcommands ?? [], `${name} `);
      return "call" in command ? [[name, own], ...subcommands] : [...subcommands];
    }),
  );

const known = new Map([
  ...named(commands),
  ...topics.map(({ name }): [string, readonly string[]] => [`help ${name}`, []]),
]);

/** What stands in code: spans, and the lines of blocks up to a remark. */
const codeIn = (text: string): readonly string[] => {
  const blocks = [...text.matchAll(/^```\w*\n([\s\S]*?)^```/gm)].flatMap(([, block = ""]) => block.split("\n"));
  const spans = [...text.replace(/^```[\s\S]*?^```/gm, "").matchAll(/`([^`\n]+)`/g)].map(([, span = ""]) => span);
  return [...blocks.map((line) => line.replace(/\s# .*/, "")), ...spans];
};

test("the pages must say what the code says of commands and failures: npm run docs", () => {
  const script = fileURLToPath(new URL("../../../scripts/docs.mjs", import.meta.url));
  expect(execFileSync(process.execPath, [script, "--check"], { encoding: "utf8" })).toBe("");
});

test("every command that a page names must exist", () => {
  const said = pages
    .flatMap(codeIn)
    .flatMap((code) => [...code.matchAll(/goat-dev ([a-z][a-z-]*(?: [a-z][a-z-]*){0,2})/g)]);
  const isKnown = (words: string): boolean =>
    words.split(" ").some((_, last, all) => known.has(all.slice(0, last + 1).join(" ")));
  const unknown = said.map(([, words = ""]) => words).filter((words) => !isKnown(words));
  expect(unknown).toEqual([]);
  expect(said.length).toBeGreaterThan(10);
});

test("every option that the README and the failures' page name must exist", () => {
  const help = parse(["--help"], commands, "0.0.0");
  const own = [...((help.kind === "text" && help.text.match(/--[\w-]+/g)) || []), ...[...known.values()].flat()];
  const pagesHere = [readme, page("docs/failures.md"), page("docs/modal.md")];
  const others = /docker compose|npm |^pip |(?<!goat-dev )modal (?:deploy|run) scripts/;
  const code = pagesHere.flatMap(codeIn).filter((line) => !others.test(line));
  const said = code.flatMap((line) => line.match(/(?<!\w)--[a-z][\w-]*/g) ?? []);
  expect(said.filter((option) => !own.includes(option))).toEqual([]);
  expect(said.length).toBeGreaterThan(10);
});

test("every topic must be told by help, and what it says must hold in the code", () => {
  const textOf = (name: string): string => {
    const told = parse(["help", name], commands, "0.0.0");
    return told.kind === "text" ? told.text : "";
  };
  for (const { name, rows } of topics) for (const [term] of rows) expect(textOf(name)).toContain(`  ${term} `);
  const source = readdirSync(new URL("../../../src", import.meta.url), { recursive: true, encoding: "utf8" });
  const texts = source.filter((path) => path.endsWith(".ts")).map((path) => page(`src/${path}`));
  const read = texts.flatMap((text) => text.match(/\bGOAT_DEV_[A-Z_]+/g) ?? []);
  const said = textOf("environment").match(/\bGOAT_DEV_[A-Z_]+/g) ?? [];
  expect(said.filter((name) => !read.includes(name))).toEqual([]);
  const settings = page("src/project/settings.ts");
  expect(said).toEqual(expect.arrayContaining(settings.match(/\bGOAT_DEV_[A-Z_]+\b/g) ?? ["none"]));
  const exits = new Set(Object.values(catalog).map(({ exit }) => exit));
  for (const exit of exits) expect(textOf("exit-codes")).toMatch(new RegExp(`^ +${exit} `, "m"));
});

test("--dry-run must be what --plan is, wherever there is one", () => {
  const withPlan = [...known].filter(([, options]) => options.includes("--plan")).map(([name]) => name);
  expect(withPlan).toEqual(expect.arrayContaining(["up", "init"]));
  for (const name of withPlan) {
    const read = parse([name, "--dry-run"], commands, "0.0.0");
    expect(read.kind === "run" && read.input.flag("plan")).toBe(true);
  }
});
