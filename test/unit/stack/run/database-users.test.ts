import fc from "fast-check";
import { expect, test } from "vitest";
import { usersIn } from "../../../../src/stack/run/database-users.ts";

const pageBytes = 8192;

interface Row {
  readonly id: number;
  readonly name: string;
  /** Its pointer says that nothing is there. */
  readonly gone?: boolean;
}

/** A page of pg_authid as Postgres lays it out: pointers from the front, rows from the back. */
const pageOf = (rows: readonly Row[]): Buffer => {
  const page = Buffer.alloc(pageBytes);
  const rowBytes = 120;
  page.writeUInt16LE(24 + rows.length * 4, 12);
  rows.forEach(({ id, name, gone = false }, index) => {
    const offset = pageBytes - rowBytes * (index + 1);
    page.writeUInt32LE(offset | ((gone ? 0 : 1) << 15) | (rowBytes << 17), 24 + index * 4);
    page.writeUInt8(32, offset + 22);
    page.writeUInt32LE(id, offset + 32);
    page.write(name, offset + 36, 63, "utf8");
  });
  return page;
};

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
