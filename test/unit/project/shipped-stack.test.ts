import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { copyShippedStack } from "../../../src/project/shipped-stack.ts";
import { tempFolder, writeFiles } from "../../support/temp.ts";

const setUp = () => {
  const from = writeFiles(tempFolder(), { "docker-compose.yml": "name: goat\n", "initdb/a.sql": "select 1\n" });
  const to = join(tempFolder(), ".goat-dev", "stack");
  return { from, to, copy: (version: string) => copyShippedStack({ from, to, version }) };
};

test("the stack must be copied once for a version", async () => {
  const { to, from, copy } = setUp();
  expect(await copy("1.0.0")).toEqual({ outcome: "copied" });
  expect(readFileSync(join(to, "initdb/a.sql"), "utf8")).toBe("select 1\n");
  writeFileSync(join(from, "docker-compose.yml"), "name: other\n");
  expect(await copy("1.0.0")).toEqual({ outcome: "current" });
  expect(readFileSync(join(to, "docker-compose.yml"), "utf8")).toBe("name: goat\n");
});

test("what Python keeps beside its files must not be copied", async () => {
  const { from, to, copy } = setUp();
  writeFiles(from, { "__pycache__/a.pyc": "" });
  await copy("1.0.0");
  expect(existsSync(join(to, "__pycache__"))).toBe(false);
});

test("a new version must refresh the copy", async () => {
  const { to, from, copy } = setUp();
  await copy("1.0.0");
  writeFileSync(join(from, "docker-compose.yml"), "name: other\n");
  expect(await copy("1.1.0")).toEqual({ outcome: "copied" });
  expect(readFileSync(join(to, "docker-compose.yml"), "utf8")).toBe("name: other\n");
});

test("what a user changed in the copy must be kept when a new version comes", async () => {
  const { to, copy } = setUp();
  await copy("1.0.0");
  writeFileSync(join(to, "docker-compose.yml"), "mine\n");
  expect(await copy("1.1.0")).toEqual({ outcome: "refreshed", editsIn: `${to}-1.0.0` });
  expect(readFileSync(join(`${to}-1.0.0`, "docker-compose.yml"), "utf8")).toBe("mine\n");
  expect(readFileSync(join(to, "docker-compose.yml"), "utf8")).toBe("name: goat\n");
});

test("containers must be able to read the copy, whoever they run as", async () => {
  const { to, copy } = setUp();
  await copy("1.0.0");
  expect(statSync(to).mode & 0o777).toBe(0o755);
  expect(existsSync(`${to}.new`)).toBe(false);
});

test("a place that cannot be written must be named", async () => {
  const { from } = setUp();
  const to = join(writeFiles(tempFolder(), { file: "" }), "file", "stack");
  await expect(copyShippedStack({ from, to, version: "1" })).rejects.toMatchObject({ code: "file-unwritable" });
});
