import fc from "fast-check";
import { expect, test } from "vitest";
import { usersIn } from "../../../../src/stack/run/database-users.ts";
import { pageBytes, pageOf } from "../../../support/pg-authid-page.ts";

const first = { id: 10, name: "frieda" };

test("the user that the data was made with must be known by its id, and the server's own roles be left out", () => {
  const rows = [first, { id: 6171, name: "pg_database_owner" }, { id: 16384, name: "added" }];
  expect(usersIn(pageOf(rows))).toEqual({ first: "frieda", all: ["frieda", "added"] });
});

test("a row that was changed must count once, with its newest name", () => {
  expect(usersIn(pageOf([first, { id: 10, name: "hilde" }]))?.first).toBe("hilde");
  expect(usersIn(pageOf([first, first]))?.all).toEqual(["frieda"]);
});

test("rows of every page must be read, and those that are gone left out", () => {
  const pages = [pageOf([first, { id: 16385, name: "dropped", gone: true }]), pageOf([{ id: 16386, name: "later" }])];
  expect(usersIn(Buffer.concat(pages))).toEqual({ first: "frieda", all: ["frieda", "later"] });
});

test("anything else must be no users, and never an error", () => {
  expect(usersIn(Buffer.alloc(0))).toBeNull();
  expect(usersIn(pageOf([{ id: 16384, name: "added" }]))).toBeNull();
  fc.assert(
    fc.property(fc.uint8Array({ minLength: pageBytes - 100, maxLength: pageBytes + 100 }), (bytes) => {
      expect(() => usersIn(Buffer.from(bytes))).not.toThrow();
    }),
    { numRuns: 200 },
  );
});
