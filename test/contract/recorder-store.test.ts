import { randomUUID } from "node:crypto";
import { afterAll, describe, expect, it } from "vitest";
import { openPool, type PostgresOptions, tryLogin, withConnection } from "../../src/platform/postgres.ts";
import { openPostgresStore } from "../../src/recorder/postgres-store.ts";
import type { Change } from "../../src/recorder/records.ts";
import type { Store } from "../../src/recorder/store.ts";
import { openTestDatabase } from "../support/test-database.ts";
import { traceStoreContract } from "../support/trace-store-contract.ts";

const database = await openTestDatabase();
const signal = new AbortController().signal;

const suite = (options: PostgresOptions, close: () => Promise<void>): void => {
  const open: Store[] = [];
  const openStore = async (project: string = randomUUID()): Promise<Store> => {
    const store = await openPostgresStore(await openPool(options, 4), project);
    open.push(store);
    return store;
  };

  afterAll(async () => {
    await Promise.all(open.map((store) => store.close()));
    await close();
  });

  traceStoreContract("a store in Postgres", () => openStore());

  describe("a store in Postgres", () => {
    it("must be there again after it was closed", async () => {
      const project = randomUUID();
      const now = "2026-11-23T10:00:00.000Z";
      await (await openStore(project)).write([{ kind: "trace", id: "t", fields: { name: "kept" } }], now);
      expect((await (await openStore(project)).trace("t"))?.trace.name).toBe("kept");
      expect(await (await openStore()).trace("t")).toBeNull();
    });

    it("must keep nothing of a batch that fails", async () => {
      const store = await openStore();
      const at = "2026-11-23T10:00:00.000Z";
      const changes: readonly Change[] = [
        { kind: "trace", id: "t", fields: {} },
        { kind: "observation", id: "o", fields: { traceId: "t", startTime: "no time" } },
      ];
      await expect(store.write(changes, at)).rejects.toMatchObject({ code: "22007" });
      expect(await store.trace("t")).toBeNull();
      await store.ping();
    });

    it("must let several recorders make the tables at once", async () => {
      const stores = await Promise.all([openStore(), openStore(), openStore()]);
      await Promise.all(stores.map((store) => store.ping()));
    });

    it("must keep out of the schema that Langfuse uses", async () => {
      await openStore();
      const query = "select table_name from information_schema.tables where table_schema = 'public'";
      expect(await withConnection(options, signal, (connection) => connection.query(query))).toEqual([]);
    });
  });

  describe("tryLogin, against a real server", () => {
    it("must log in with the right password", async () => {
      expect(await tryLogin(options, signal)).toEqual({ ok: true });
    });

    it("must name a wrong password and a missing database by code", async () => {
      expect(await tryLogin({ ...options, password: "not-the-password" }, signal)).toMatchObject({ code: "28P01" });
      expect(await tryLogin({ ...options, database: "absent" }, signal)).toMatchObject({ code: "3D000" });
    });
  });
};

if (database.ok) {
  suite(database.options, database.close);
} else {
  describe.skip(`a store in Postgres (${database.reason})`, () => {
    it("must pass the store's contract", () => {});
  });
}
