import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { AnyCommand } from "../../../src/commands/command.ts";
import { allCommands } from "../../../src/commands/index.ts";

const commands = await allCommands();

const root = join(import.meta.dirname, "../../..");

const script = new URL("../../../scripts/schema.mjs", import.meta.url).href;

const kept = (): Readonly<Record<string, string>> =>
  Object.fromEntries(
    readdirSync(join(root, "schema")).map((name) => [name, readFileSync(join(root, "schema", name), "utf8")]),
  );

test("the schemas of the package must be those of the types: npm run schema", () => {
  const code = `import { schemas } from "${script}"; process.stdout.write(JSON.stringify(schemas()));`;
  const made = execFileSync(process.execPath, ["--input-type=module", "-e", code], { cwd: root, encoding: "utf8" });
  expect(kept()).toEqual(JSON.parse(made));
});

/** Every command that returns a report, as its schema is called. */
const reporting = (list: readonly AnyCommand[], before = ""): readonly string[] =>
  list.flatMap((command) => {
    const name = `${before}${command.name}`;
    return [...("call" in command ? [name] : []), ...reporting(command.subcommands ?? [], `${name}-`)];
  });

test("every command that reports must have a schema", () => {
  const names = Object.keys(kept()).map((name) => name.replace(/\.json$/, ""));
  expect(reporting(commands).filter((name) => !names.includes(name))).toEqual([]);
});
