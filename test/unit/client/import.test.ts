import { execFileSync } from "node:child_process";
import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { tempFolder } from "../../support/temp.ts";

const { bundleLibrary } = await import(new URL("../../../scripts/bundle.mjs", import.meta.url).href);

const root = join(import.meta.dirname, "../../..");

/** Tells every module that is loaded, on stdout. */
const hooks = `
import { writeSync } from "node:fs";
export const load = (url, context, next) => { writeSync(1, url + "\\n"); return next(url, context); };
`;

/** The client as applications get it. */
const layOut = async (folder: string): Promise<string> => {
  await bundleLibrary("client/client", folder);
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

test("importing the client must load the openai package and one file of its own, nothing else", async () => {
  const folder = await layOut(tempFolder());
  const openai = new Set(loadedBy(folder, "openai"));
  expect(openai.size).toBeGreaterThan(20);
  const more = loadedBy(folder, "./client/client.js").filter((url) => !openai.has(url));
  expect(more).toEqual([`file://${folder}/client/client.js`]);
});
