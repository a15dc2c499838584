import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";
import { tempFolder } from "../../support/temp.ts";

const root = join(import.meta.dirname, "../../..");

/** Tells every module that is loaded, on stdout. */
const hooks = `
import { writeSync } from "node:fs";
export const load = (url, context, next) => { writeSync(1, url + "\\n"); return next(url, context); };
`;

/** The client as applications get it, file by file. */
const layOut = (folder: string): string => {
  const src = join(root, "src/client");
  for (const name of readdirSync(src)) {
    const compilerOptions = {
      module: ts.ModuleKind.ESNext,
      target: ts.ScriptTarget.ES2023,
      verbatimModuleSyntax: true,
    };
    const { outputText } = ts.transpileModule(readFileSync(join(src, name), "utf8"), {
      compilerOptions: { ...compilerOptions, rewriteRelativeImportExtensions: true },
    });
    writeFileSync(join(folder, name.replace(/\.ts$/, ".js")), outputText);
  }
  writeFileSync(join(folder, "package.json"), `{ "type": "module" }`);
  writeFileSync(join(folder, "hooks.mjs"), hooks);
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  return folder;
};

const loadedBy = (folder: string, imported: string): readonly string[] => {
  const register = `data:text/javascript,import{register}from"node:module";register("file://${folder}/hooks.mjs")`;
  const script = `await import(${JSON.stringify(imported)})`;
  const args = ["--import", register, "--input-type=module", "-e", script];
  const output = execFileSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
  return output.split("\n").filter((url) => url !== "" && !url.startsWith("data:"));
};

test("importing the client must load the openai package and its own few files, nothing else", () => {
  const folder = layOut(tempFolder());
  const openai = new Set(loadedBy(folder, "openai"));
  expect(openai.size).toBeGreaterThan(20);
  const more = loadedBy(folder, "./client.js").filter((url) => !openai.has(url));
  expect(more.filter((url) => !url.startsWith(`file://${folder}/`) || url.includes("node_modules"))).toEqual([]);
  expect(more.length).toBeLessThan(10);
});
