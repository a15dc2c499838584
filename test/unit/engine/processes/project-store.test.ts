import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  entryOf,
  findStore,
  makeStore,
  nameOf,
  type ProjectStore,
  type StoreOptions,
} from "../../../../src/engine/processes/project-store.ts";
import { tempFolder } from "../../../support/temp.ts";

const user = 1000;
const root = 0;

const optionsFor = (folder: string, project: string, uid: number): StoreOptions => ({
  stateDir: join(folder, project, ".goat-dev"),
  uid,
  systemData: join(folder, "system data"),
});

const modeOf = (path: string): number => statSync(path).mode & 0o777;

const addNote = (store: ProjectStore): string => {
  const note = join(store.base, "volumes", "note");
  writeFileSync(note, "kept");
  return note;
};

test("looking must make nothing", () => {
  const folder = tempFolder();
  expect(findStore(optionsFor(folder, "shop", user))).toBeNull();
  expect(readdirSync(folder)).toEqual([]);
});

test("a user's data must lie in the state folder, private, with a README that says what deleting it costs", async () => {
  const folder = tempFolder();
  const options = optionsFor(folder, "my shop é", user);
  const store = await makeStore(options);
  expect(store.base).toBe(join(folder, "my shop é", ".goat-dev", "embedded"));
  expect([options.stateDir, store.base, join(store.base, "volumes")].map(modeOf)).toEqual([0o700, 0o700, 0o700]);
  expect(readFileSync(join(store.base, "README"), "utf8")).toMatch(/Deleting this folder loses the database/);
  expect(readFileSync(join(options.stateDir, ".gitignore"), "utf8")).toBe("*\n");
  expect(findStore(options)).toEqual(store);
});

test("root's data must lie where another user can enter and nobody can look around", async () => {
  const folder = tempFolder();
  const store = await makeStore(optionsFor(folder, "shop", root));
  expect(store.base).toBe(join(folder, "system data", store.id));
  expect([join(folder, "system data"), store.base, join(store.base, "volumes")].map(modeOf)).toEqual([
    0o711, 0o711, 0o711,
  ]);
  expect(modeOf(store.records)).toBe(0o700);
});

test("where the data lies must not depend on who looks later", async () => {
  const folder = tempFolder();
  const store = await makeStore(optionsFor(folder, "shop", user));
  expect(await makeStore(optionsFor(folder, "shop", root))).toEqual(store);
});

test.each([
  ["user", user],
  ["root", root],
])("a project that has moved must keep its data: %s", async (_, uid) => {
  const folder = tempFolder();
  addNote(await makeStore(optionsFor(folder, "old", uid)));
  renameSync(join(folder, "old"), join(folder, "new"));
  const options = optionsFor(folder, "new", uid);
  const store = await makeStore(options);
  expect(findStore(options)).toEqual(store);
  expect(readFileSync(join(store.base, "volumes", "note"), "utf8")).toBe("kept");
});

test.each([
  ["user", user],
  ["root", root],
])("a copied project must not take the other one's processes and data for its own: %s", async (_, uid) => {
  const folder = tempFolder();
  const first = await makeStore(optionsFor(folder, "first", uid));
  writeFileSync(join(first.records, "containers", "web.json"), "{}");
  cpSync(join(folder, "first"), join(folder, "second"), { recursive: true });
  const options = optionsFor(folder, "second", uid);
  expect(findStore(options)).toBeNull();
  const second = await makeStore(options);
  expect(second.id).not.toBe(first.id);
  expect(second.base).not.toBe(first.base);
  expect(() => statSync(join(second.records, "containers", "web.json"))).toThrow("ENOENT");
  expect(findStore(optionsFor(folder, "first", uid))).toEqual(first);
  expect(statSync(join(first.records, "containers", "web.json")).isFile()).toBe(true);
});

test("one project behind two paths must stay one", async () => {
  const folder = tempFolder();
  const store = await makeStore(optionsFor(folder, "shop", root));
  symlinkSync(join(folder, "shop"), join(folder, "link"));
  expect(findStore(optionsFor(folder, "link", root))).toEqual(store);
});

test("data that was deleted must be begun anew", async () => {
  const folder = tempFolder();
  const options = optionsFor(folder, "shop", root);
  const store = await makeStore(options);
  rmSync(store.base, { recursive: true });
  expect(await makeStore(options)).toEqual(store);
  expect(modeOf(join(store.base, "volumes"))).toBe(0o711);
});

test("a damaged file must be named, since the data would be lost sight of", async () => {
  const folder = tempFolder();
  const options = optionsFor(folder, "shop", root);
  await makeStore(options);
  const path = join(options.stateDir, "embedded", "place.json");
  writeFileSync(path, '{"id":');
  expect(() => findStore(options)).toThrow(path);
  await expect(makeStore(options)).rejects.toMatchObject({ code: "engine-refused" });
});

test("a store that cannot be made must be named", async () => {
  const folder = tempFolder();
  mkdirSync(join(folder, "shop"));
  writeFileSync(join(folder, "shop", ".goat-dev"), "a file");
  await expect(makeStore(optionsFor(folder, "shop", user))).rejects.toMatchObject({ code: "file-unwritable" });
});

test("any name must be one entry of a folder, and no two names the same", () => {
  expect(entryOf("..")).toBe("%2E.");
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), (a, b) => {
      expect(entryOf(a)).not.toMatch(/^\.|\//);
      expect(entryOf(a) === entryOf(b)).toBe(a === b);
      expect(nameOf(entryOf(a))).toBe(a);
    }),
  );
});
