import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { builtinModules } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";

const script = new URL("../../../scripts/bundle.mjs", import.meta.url).href;

let folder = "";
let modules: readonly string[] = [];

beforeAll(async () => {
  const { bundlePrograms } = await import(script);
  folder = mkdtempSync(join(tmpdir(), "goat-dev-test-"));
  modules = await bundlePrograms(folder);
  return () => rmSync(folder, { recursive: true, force: true });
});

const files = (): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".js"));

test("what goat-dev never uses of dockerode must not be in dist", () => {
  const heavy = modules.filter((id) => /node_modules\/(?:@grpc|ssh2|protobufjs)\//.test(id));
  expect(heavy).toEqual([]);
  expect(modules.some((id) => id.includes("node_modules/dockerode/lib/docker.js"))).toBe(true);
});

test("dist must need no package beside it", () => {
  const own = (name: string): boolean =>
    name.startsWith(".") || name.startsWith("node:") || builtinModules.includes(name);
  const needed = files().flatMap((name) =>
    [...readFileSync(join(folder, name), "utf8").matchAll(/\brequire\("([^"]+)"\)/g)].map(([, id = ""]) => id),
  );
  expect(needed.length).toBeGreaterThan(100);
  // pg and debug do without them; ajv writes its own into code that it would make for others.
  const unneeded = ["ajv-formats/dist/formats", "ajv/dist/runtime/validation_error", "pg-native", "supports-color"];
  expect([...new Set(needed)].filter((name) => !own(name)).toSorted()).toEqual(unneeded);
});

test("dist must load nothing by import(), which compiled code that is kept does not know on Node 20", () => {
  const loading = files().filter((name) =>
    /(?:\bawait|\breturn|=>) import\(/.test(readFileSync(join(folder, name), "utf8")),
  );
  expect(loading).toEqual([]);
});

test("every package in dist must bring its license", () => {
  const names = modules.flatMap((id) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(id)?.[1] ?? []);
  const text = readFileSync(join(folder, "licenses.txt"), "utf8");
  expect([...new Set(names)].filter((name) => !text.includes(`${name} `))).toEqual([]);
  expect(names.length).toBeGreaterThan(100);
});
