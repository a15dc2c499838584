// Writes a JSON Schema for what each command prints with --json, from the types in src/json.ts, and one for LiteLLM's
// config, from what `models check` knows. The latter lies beside the configs, which name it for editors, and is copied
// into projects with them.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { rolldown } from "rolldown";
import { createGenerator } from "ts-json-schema-generator";
import { litellmConfigSchema } from "./litellm-config-schema.mjs";

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

/** Where the config's schema lies, and its text. */
export async function configSchema() {
  const input = join(root, "src/gateway/check/vocabulary.ts");
  const bundle = await rolldown({ input, platform: "node", logLevel: "silent" });
  const { output } = await bundle.generate({ format: "esm" });
  await bundle.close();
  const names = await import(`data:text/javascript,${encodeURIComponent(output[0].code)}`);
  return { path: "dev/litellm-config.schema.json", text: `${JSON.stringify(litellmConfigSchema(names), null, 1)}\n` };
}

const failureFile = "failure.json";

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const folder = join(root, "schema");
  const files = schemas();
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder)) if (!(name in files)) rmSync(join(folder, name));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const { path, text } = await configSchema();
  writeFileSync(join(root, path), text);
}
