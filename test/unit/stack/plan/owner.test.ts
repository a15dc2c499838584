import { expect, test } from "vitest";
import type { ObservedStack, Origin } from "../../../../src/model/observed.ts";
import { claimFor, otherOwner, type Paths } from "../../../../src/stack/plan/owner.ts";
import { observed, running, service, stackOf } from "../../../support/sample-stack.ts";

const own = { folder: "/project/dev", file: "/project/dev/docker-compose.yml" };
const elsewhere = { folder: "/elsewhere", file: "/elsewhere/docker-compose.yml" };

/** A machine on which these are there, each under its own path, and links lead to them. */
const machine = (there: readonly string[], links: Readonly<Record<string, string>> = {}): Paths => {
  const real = (path: string) => links[path] ?? path;
  return {
    isSame: (one, other) => there.includes(real(one)) && real(one) === real(other),
    isGone: (path) => !there.includes(real(path)),
  };
};
const both = machine([own.folder, own.file, elsewhere.folder, elsewhere.file]);

const postgres = service("postgres", {
  docker: { mounts: [{ kind: "volume", volume: "data", target: "/data", readOnly: false }] },
});
const stack = stackOf(postgres);
const nothing = { ...observed(stack), volumes: [] };
const withContainer = (changes: Parameters<typeof running>[2]): ObservedStack => ({
  ...nothing,
  services: [running(stack, postgres, { container: "goat-postgres-1", ...changes })],
});
const withVolume = (origin: Origin | null, createdAt = "2026-01-01T00:00:00Z"): ObservedStack => ({
  ...nothing,
  volumes: [{ key: "data", name: "goat_data", createdAt, labels: {}, origin }],
});

test.each([
  ["a container", withContainer({ origin: elsewhere }), ["container goat-postgres-1"]],
  ["a volume without a container", withVolume(elsewhere), ["volume goat_data"]],
])("%s of another folder must make that folder the owner", (_, found, made) => {
  expect(otherOwner(stack, found, null, both)).toEqual({ origin: elsewhere, made });
});

test.each([
  ["nothing", nothing],
  ["a container of this folder", withContainer({ origin: own })],
  ["a container of no known folder", withContainer({ origin: null })],
  ["a volume of no known folder, as Compose makes them", withVolume(null)],
  ["what docker compose run has left", withContainer({ origin: elsewhere, oneOff: true })],
  ["the same file under --project-directory", withContainer({ origin: { folder: "/elsewhere", file: own.file } })],
  ["other files of the same folder", withContainer({ origin: { folder: own.folder, file: elsewhere.file } })],
])("%s must be no other folder's", (_, found) => {
  expect(otherOwner(stack, found, null, both)).toBeNull();
});

test("a volume that the file calls external must belong to nobody", () => {
  const external = { ...stack, volumes: stack.volumes.map((volume) => ({ ...volume, external: true })) };
  expect(otherOwner(external, withVolume(elsewhere), null, both)).toBeNull();
});

test.each([
  ["folder", machine([own.folder, own.file])],
  ["Compose file", machine([own.folder, own.file, elsewhere.folder])],
])("a %s that is gone must own nothing: it was moved", (_, paths) => {
  expect(otherOwner(stack, withContainer({ origin: elsewhere }), null, paths)).toBeNull();
});

test("a link to the folder must be the folder", () => {
  const paths = machine([own.folder, own.file], { "/link": own.folder, "/link/docker-compose.yml": own.file });
  const origin = { folder: "/link", file: "/link/docker-compose.yml" };
  expect(otherOwner(stack, withContainer({ origin }), null, paths)).toBeNull();
});

test("what was claimed must be the claiming folder's, and nothing that was made later under the same name", () => {
  const found = withVolume(elsewhere);
  const claim = claimFor(stack, found, both);
  expect(otherOwner(stack, found, claim, both)).toBeNull();
  const there = { ...stack, workingDir: elsewhere.folder, configFiles: [elsewhere.file] };
  expect(otherOwner(there, found, claim, both)).toEqual({ origin: own, made: ["volume goat_data"] });
  const remade = withVolume(elsewhere, "2026-02-02T00:00:00Z");
  expect(otherOwner(stack, remade, claim, both)?.origin).toEqual(elsewhere);
});

test("what carries this folder's name must need no claim, and what carries none must get one", () => {
  expect(claimFor(stack, withVolume(own), both).parts).toEqual([]);
  expect(claimFor(stack, withVolume(null), both)).toEqual({
    origin: own,
    parts: ["volume goat_data 2026-01-01T00:00:00Z"],
  });
});
