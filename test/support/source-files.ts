import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import ts from "typescript";

export interface SourceFile {
  /** Relative to src, such as engine/docker/pull.ts. */
  readonly path: string;
  readonly text: string;
  /** What it imports, types included: a path relative to src for a file, else a package or built-in. */
  readonly imports: readonly { readonly to: string; readonly isFile: boolean }[];
  readonly tree: ts.SourceFile;
}

const src = join(import.meta.dirname, "..", "..", "src");

const parse = (path: string): SourceFile => {
  const text = readFileSync(join(src, path), "utf8");
  const imports = ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => {
    const isFile = fileName.startsWith(".");
    return { to: toPath(path, fileName), isFile };
  });
  return { path, text, imports, tree: ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true) };
};

const toPath = (from: string, specifier: string): string =>
  specifier.startsWith(".") ? relative(src, join(src, dirname(from), specifier)) : specifier;

/** Every TypeScript file below src, parsed. */
export const sourceFiles = (): readonly SourceFile[] =>
  readdirSync(src, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .sort()
    .map(parse);

/** Every node of a file for which `test` holds, as file:line. */
export const nodesWhere = ({ path, tree }: SourceFile, test: (node: ts.Node) => boolean): readonly string[] => {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (test(node)) found.push(`${path}:${tree.getLineAndCharacterOfPosition(node.getStart()).line + 1}`);
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
};

/** The global of that name as a value: not a property, a type or a name of one's own. */
export const isGlobal =
  (name: string) =>
  (node: ts.Node): boolean =>
    ts.isIdentifier(node) &&
    node.text === name &&
    (ts.isPropertyAccessExpression(node.parent) || ts.isElementAccessExpression(node.parent)
      ? node.parent.expression === node
      : ts.isCallExpression(node.parent) || ts.isVariableDeclaration(node.parent) || ts.isSpreadElement(node.parent));

/** `export default …` in any form. */
export const isDefaultExport = (node: ts.Node): boolean =>
  ts.isExportAssignment(node) ||
  (ts.canHaveModifiers(node) &&
    (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword)) ||
  (ts.isExportSpecifier(node) && node.name.text === "default");

/** What a file loads when it is loaded itself, as in `imports`; types load nothing, and `import()` waits until it is called. */
export const loadedAtOnce = ({ path, tree }: SourceFile): readonly string[] =>
  tree.statements.flatMap((statement) =>
    ts.isImportDeclaration(statement) && !isOfTypes(statement) && ts.isStringLiteral(statement.moduleSpecifier)
      ? [toPath(path, statement.moduleSpecifier.text)]
      : [],
  );

const isOfTypes = ({ importClause }: ts.ImportDeclaration): boolean =>
  importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
