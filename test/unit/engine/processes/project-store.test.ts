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
  findPlace,
  makePlace,
  nameOf,
  type Place,
  type PlaceOptions,
} from "../../../../src/engine/processes/project-store.ts";
import { tempFolder } from "../../../support/temp.ts";

const user = 1000;
const root = 0;

const optionsFor = (folder: string, project: string, uid: number): PlaceOptions => ({
  stateDir: join(folder, project, ".goat-dev"),
  uid,
  systemData: join(folder, "system data"),
});

const modeOf = (path: string): number => statSync(path).mode & 0o777;

const addNote = (place: Place): string => {
  const note = join(place.base, "volumes", "note");
  writeFileSync(note, "kept");
  return note;
};

test("looking must make nothing", () => {
  const folder = tempFolder();
  expect(findPlace(optionsFor(folder, "shop", user))).toBeNull();
  expect(readdirSync(folder)).toEqual([]);
});

test("a user's data must lie in the state folder, private, with a README that says what deleting it costs", async () => {
  const folder = tempFolder();
  const options = optionsFor(folder, "my shop é", user);
  const place = await makePlace(options);
  expect(place.base).toBe(join(folder, "my shop é", ".goat-dev", "embedded"));
  expect([options.stateDir, place.base, join(place.base, "volumes")].map(modeOf)).toEqual([0o700, 0o700, 0o700]);
  expect(readFileSync(join(place.base, "README"), "utf8")).toMatch(/Deleting this folder loses the database/);
  expect(readFileSync(join(options.stateDir, ".gitignore"), "utf8")).toBe("*\n");
  expect(findPlace(options)).toEqual(place);
});

test("root's data must lie where another user can enter and nobody can look around", async () => {
  const folder = tempFolder();
  const place = await makePlace(optionsFor(folder, "shop", root));
  expect(place.base).toBe(join(folder, "system data", place.id));
  expect([join(folder, "system data"), place.base, join(place.base, "volumes")].map(modeOf)).toEqual([
    0o711, 0o711, 0o711,
  ]);
  expect(modeOf(place.records)).toBe(0o700);
});

test("where the data lies must not depend on who looks later", async () => {
  const folder = tempFolder();
  const place = await makePlace(optionsFor(folder, "shop", user));
  expect(await makePlace(optionsFor(folder, "shop", root))).toEqual(place);
});

test.each([
  ["user", user],
  ["root", root],
])("a project that has moved must keep its data: %s", async (_, uid) => {
  const folder = tempFolder();
  addNote(await makePlace(optionsFor(folder, "old", uid)));
  renameSync(join(folder, "old"), join(folder, "new"));
  const options = optionsFor(folder, "new", uid);
  const place = await makePlace(options);
  expect(findPlace(options)).toEqual(place);
  expect(readFileSync(join(place.base, "volumes", "note"), "utf8")).toBe("kept");
});

test.each([
  ["user", user],
  ["root", root],
])("a copied project must not take the other one's processes and data for its own: %s", async (_, uid) => {
  const folder = tempFolder();
  const first = await makePlace(optionsFor(folder, "first", uid));
  writeFileSync(join(first.records, "containers", "web.json"), "{}");
  cpSync(join(folder, "first"), join(folder, "second"), { recursive: true });
  const options = optionsFor(folder, "second", uid);
  expect(findPlace(options)).toBeNull();
  const second = await makePlace(options);
  expect(second.id).not.toBe(first.id);
  expect(second.base).not.toBe(first.base);
  expect(() => statSync(join(second.records, "containers", "web.json"))).toThrow("ENOENT");
  expect(findPlace(optionsFor(folder, "first", uid))).toEqual(first);
  expect(statSync(join(first.records, "containers", "web.json")).isFile()).toBe(true);
});

test("one project behind two paths must stay one", async () => {
  const folder = tempFolder();
  const place = await makePlace(optionsFor(folder, "shop", root));
  symlinkSync(join(folder, "shop"), join(folder, "link"));
  expect(findPlace(optionsFor(folder, "link", root))).toEqual(place);
});

test("data that was deleted must be begun anew", async () => {
  const folder = tempFolder();
  const options = optionsFor(folder, "shop", root);
  const place = await makePlace(options);
  rmSync(place.base, { recursive: true });
  expect(await makePlace(options)).toEqual(place);
  expect(modeOf(join(place.base, "volumes"))).toBe(0o711);
});

test("a damaged file must be named, since the data would be lost sight of", async () => {
  const folder = tempFolder();
  const options = optionsFor(folder, "shop", root);
  await makePlace(options);
  const path = join(options.stateDir, "embedded", "place.json");
  writeFileSync(path, '{"id":');
  expect(() => findPlace(options)).toThrow(path);
  await expect(makePlace(options)).rejects.toMatchObject({ code: "engine-refused" });
});

test("a place that cannot be made must be named", async () => {
  const folder = tempFolder();
  mkdirSync(join(folder, "shop"));
  writeFileSync(join(folder, "shop", ".goat-dev"), "a file");
  await expect(makePlace(optionsFor(folder, "shop", user))).rejects.toMatchObject({ code: "file-unwritable" });
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
