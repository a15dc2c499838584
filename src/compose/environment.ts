import { readEnvText, readRawText } from "../platform/env-text.ts";
import type { Position } from "./diagnostics.ts";
import { checkKeys, type Field, readBoolean, readKey, readOneOf, readPairs, readText } from "./fields.ts";
import { displayPath, lookupIn, resolvePath, type Scope } from "./scope.ts";
import { supported } from "./supported.ts";
import type { Located, Mapping, Scalar } from "./tree.ts";

export interface ServiceEnvironment {
  readonly environment: Readonly<Record<string, string>>;
  /** Variables that the container is not to have, even where the image has them. */
  readonly unset: readonly string[];
}

/**
 * Merges `environment:` over `env_file:`. A name without a value takes the value of the project's variable, else is
 * unset.
 */
export function readEnvironment(service: Mapping, isEnabled: boolean, scope: Scope): ServiceEnvironment {
  const { report } = scope;
  const pairs = readKey(service, "environment", report, readPairs) ?? new Map<string, Scalar | null>();
  const lookup = lookupIn(scope.variables);
  const own = new Map<string, string>();
  const unset = new Set<string>();
  for (const [name, node] of pairs) {
    const value = node === null ? lookup(name) : node.text;
    if (name === "" || /\s$/.test(name)) report.error(node?.at ?? service.at, `"${name}" is not a variable's name`);
    else if (value === undefined) unset.add(name);
    else if (value.includes("\0")) report.error(node?.at ?? service.at, `"${name}" cannot hold a NUL character`);
    else own.set(name, value);
  }
  const files = readKey(service, "env_file", report, readEnvFiles) ?? [];
  const loaded = new Map<string, string>();
  for (const file of isEnabled ? files : []) {
    // Variables inside a value are looked up in the env files above, then in the project's; `environment:` does not
    // count.
    const known = { ...scope.variables, ...Object.fromEntries(loaded) };
    for (const [name, value] of Object.entries(loadEnvFile(file, known, scope))) loaded.set(name, value);
  }
  // A name that has no value also removes the variable of an env file, as in Compose.
  const environment = Object.fromEntries([...[...loaded].filter(([name]) => !unset.has(name)), ...own]);
  return { environment, unset: [...unset] };
}

interface EnvFile {
  readonly path: string;
  readonly at: Position;
  readonly required: boolean;
  readonly raw: boolean;
}

function readEnvFiles(field: Field): readonly EnvFile[] {
  const nodes: readonly Located[] = field.node.kind === "list" ? field.node.items : [field.node];
  return nodes.flatMap((node) => readEnvFile({ ...field, node }) ?? []);
}

function readEnvFile(field: Field): EnvFile | undefined {
  const { node, report } = field;
  if (node.kind !== "map") {
    const path = readText(field);
    return path === undefined ? undefined : { path, at: node.at, required: true, raw: false };
  }
  checkKeys(node, supported.envFile, report);
  const path = readKey(node, "path", report, readText);
  if (path === undefined) {
    report.error(node.at, '"env_file" needs a path');
    return undefined;
  }
  const required = readKey(node, "required", report, readBoolean) ?? true;
  const format = readKey(node, "format", report, (inner) => readOneOf(inner, ["raw"]));
  return { path, at: node.entries.get("path")?.value.at ?? node.at, required, raw: format === "raw" };
}

function loadEnvFile(
  envFile: EnvFile,
  known: Readonly<Record<string, string>>,
  scope: Scope,
): Readonly<Record<string, string>> {
  if (envFile.path === "") {
    scope.report.error(envFile.at, '"env_file" names no file: its path is empty');
    return {};
  }
  const path = resolvePath(envFile.path, envFile.at, scope);
  const shown = displayPath(path, scope.root);
  const file = scope.readFile(path);
  if (file.state === "unusable") scope.report.error(envFile.at, `${JSON.stringify(shown)} ${file.why}`);
  if (file.state === "missing" && envFile.required) scope.report.error(envFile.at, `there is no ${shown}`);
  if (file.state !== "text") return {};
  const { text } = file;
  const { variables, mistakes } = (envFile.raw ? readRawText : readEnvText)(text, lookupIn(known));
  for (const { line, message } of mistakes) scope.report.error({ file: shown, line, column: 1 }, message);
  return variables;
}
