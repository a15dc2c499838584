// Writes a JSON Schema for what each command prints with --json, from the types in src/json.ts.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { createGenerator } from "ts-json-schema-generator";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** File name -> its text, for every command of `Documents`. */
export function schemas() {
  const generator = createGenerator({
    path: join(root, "src/json.ts"),
    tsconfig: join(root, "tsconfig.json"),
    skipTypeCheck: true,
    expose: "none",
    topRef: false,
  });
  const failure = {
    $id: failureFile,
    title: "any goat-dev command --json that fails",
    ...generator.createSchema("Failure"),
  };
  const { $schema, properties } = generator.createSchema("Documents");
  const documents = Object.entries(properties).map(([command, { description, ...document }]) => {
    const title = `goat-dev ${command} --json`;
    return [`${command.replaceAll(" ", "-")}.json`, { $schema, title, anyOf: [document, { $ref: failureFile }] }];
  });
  const files = [...documents, [failureFile, failure]];
  return Object.fromEntries(files.map(([name, schema]) => [name, `${JSON.stringify(schema, null, 2)}\n`]));
}

const failureFile = "failure.json";

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const folder = join(root, "schema");
  const files = schemas();
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder)) if (!(name in files)) rmSync(join(folder, name));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
}
