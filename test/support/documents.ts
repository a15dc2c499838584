import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv, type AnySchemaObject, type ValidateFunction } from "ajv";
import type { AnyCommand } from "../../src/commands/command.ts";
import { allCommands } from "../../src/commands/index.ts";

const commands = await allCommands();

const folder = join(import.meta.dirname, "../../schema");

const names = readdirSync(folder).map((file) => file.replace(/\.json$/, ""));

const read = (name: string): AnySchemaObject => JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8"));

const ajv = new Ajv({ allErrors: true, allowUnionTypes: true }).addSchema(read("failure"));

const validators = new Map<string, ValidateFunction>();

const validatorFor = (name: string): ValidateFunction => {
  const known = validators.get(name);
  if (known !== undefined) return known;
  const made = ajv.getSchema(`${name}.json`) ?? ajv.compile(read(name));
  validators.set(name, made);
  return made;
};

const topLevel: ReadonlySet<string> = new Set(commands.map(({ name }) => name));

/** The command that was typed, as its schema is called: `db-set-password`. What is no command can only fail. */
const schemaNameFor = (args: readonly string[]): string => {
  const words = args.filter((word) => !word.startsWith("-"));
  const start = words.findIndex((word) => topLevel.has(word));
  return start < 0 ? "failure" : pathOf(words.slice(start), commands).join("-");
};

const pathOf = ([word, ...rest]: readonly string[], among: readonly AnyCommand[]): readonly string[] => {
  const found = among.find(({ name }) => name === word);
  return found === undefined ? [] : [found.name, ...pathOf(rest, found.subcommands ?? [])];
};

/** Throws where what a command printed with --json is not as its published schema has it. */
export const checkDocuments = (typed: readonly string[], stdout: string): void => {
  // Behind -- all is another program's.
  const args = typed.includes("--") ? typed.slice(0, typed.indexOf("--")) : typed;
  if (!args.includes("--json")) return;
  const name = schemaNameFor(args);
  if (!names.includes(name)) return;
  const isLines =
    name.endsWith("logs") || (name === "traces" && args.some((arg) => arg === "-f" || arg === "--follow"));
  const texts = isLines
    ? stdout
        .trimEnd()
        .split("\n")
        .filter((line) => line !== "")
    : [stdout];
  for (const text of texts) {
    const isValid = validatorFor(name);
    if (isValid(JSON.parse(text))) continue;
    const found = (isValid.errors ?? []).map(
      ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
    );
    throw new Error(`goat-dev ${args.join(" ")}: not as schema/${name}.json has it\n${found.join("\n")}\n${text}`);
  }
};
