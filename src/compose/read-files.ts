import { GoatError } from "../errors/goat-error.ts";
import type { Report } from "./diagnostics.ts";
import { readText } from "./fields.ts";
import { interpolateTree } from "./interpolate-tree.ts";
import type { Mapping } from "./located.ts";
import { folderName, isProjectName, normalizeName } from "./project-name.ts";
import { readYaml } from "./read-yaml.ts";
import { displayPath, lookupIn, type Scope } from "./scope.ts";

export interface LoadInput {
  /** Several are merged as Compose does with `-f a -f b`. */
  readonly files: readonly { readonly path: string; readonly text: string }[];
  /** The absolute folder of the first file. */
  readonly workingDir: string;
  /** The shell's over .env's. */
  readonly variables: Readonly<Record<string, string>>;
  /** From --project-name or COMPOSE_PROJECT_NAME. */
  readonly projectName: string | undefined;
  readonly profiles: readonly string[];
  readonly environmentFiles: readonly string[];
  /** Reads an env file. */
  readonly readFile: Scope["readFile"];
  /** The project's folder: paths are shown relative to it. */
  readonly root: string;
}

const wrongName = (name: string): GoatError =>
  new GoatError(
    "usage",
    `"${name}" cannot name a project: lower-case letters, digits, - and _, a letter or digit first`,
    {
      fixes: [{ command: "--project-name NAME", effect: "names it" }],
    },
  );

/** The project's name as Compose finds it: given, else `name:` of the last file that has it, else the folder. */
export const readName = (files: readonly Mapping[], input: LoadInput, report: Report): string => {
  const { projectName, variables } = input;
  if (projectName !== undefined && projectName !== "") {
    if (!isProjectName(projectName)) throw wrongName(projectName);
    return projectName;
  }
  const interpolation = { lookup: lookupIn(variables), report, warned: new Set<string>() };
  const entry = files.flatMap((file) => file.entries.get("name") ?? []).at(-1);
  const node = entry && interpolateTree(entry.value, interpolation);
  const name = node && readText({ name: "name", node, report });
  const found = name === undefined ? folderName(input.workingDir) : normalizeName(name);
  if (found === "") throw wrongName(found);
  return found;
};

/** The files as trees, variables still in them. */
export const readFiles = (input: LoadInput, report: Report): readonly Mapping[] =>
  input.files.flatMap(({ path, text }) => {
    const tree = readYaml(text, displayPath(path, input.root), report);
    if (tree === undefined || tree.kind === "map") return tree ?? [];
    const isEmpty = tree.kind === "scalar" && (tree.type === "null" || tree.type === "broken");
    report.error(tree.at, isEmpty ? "the file is empty" : "the file has to be a mapping (services: …)");
    return [];
  });
