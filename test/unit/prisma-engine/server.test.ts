import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Engine } from "../../../src/prisma-engine/engine.ts";
import { createEngineServer } from "../../../src/prisma-engine/server.ts";

const calls: unknown[] = [];
const failures: unknown[] = [];
let fault: Error | null = null;

const answer = (...call: unknown[]) => {
  calls.push(call);
  return fault === null ? Promise.resolve({ status: 200, body: '{"ok":true}' }) : Promise.reject(fault);
};

const engine: Engine = {
  query: (...given) => answer("query", ...given),
  start: (body) => answer("start", body),
  commit: (id) => answer("commit", id),
  rollback: (id) => answer("rollback", id),
};

let server: Server;
let url = "";

beforeEach(async () => {
  calls.length = 0;
  failures.length = 0;
  fault = null;
  server = createEngineServer({ engine, onFailure: (error) => failures.push(error) });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const post = (path: string, body = "", headers: Record<string, string> = {}) =>
  fetch(`${url}${path}`, { method: "POST", body, headers });

describe("the engine's HTTP interface", () => {
  test("must say that it is there", async () => {
    expect(await (await fetch(`${url}/status`)).json()).toEqual({ status: "ok" });
    expect(await (await fetch(`${url}/metrics?format=json`)).json()).toMatchObject({ counters: [] });
  });

  test("must pass on queries and transactions", async () => {
    await post("/", "{}");
    const id = "t".repeat(25);
    await post("/", "{}", { "X-transaction-id": id });
    await post("/transaction/start", "{}");
    await post(`/transaction/${id}/commit`);
    await post(`/transaction/${id}/rollback`);
    expect(calls).toEqual([
      ["query", "{}"],
      ["query", "{}", id],
      ["start", "{}"],
      ["commit", id],
      ["rollback", id],
    ]);
  });

  test.each(["/transaction/t1/commit", "/transaction/a-very-long-one-of-no-engine/drop", "/else"])(
    "must not know %s",
    async (path) => {
      expect((await post(path)).status).toBe(404);
      expect((await fetch(`${url}${path}`)).status).toBe(404);
    },
  );

  test("must tell of a query that it cannot read, with nothing of it", async () => {
    fault = new SyntaxError(`Unexpected token 's', "secret" is not valid JSON`);
    const response = await post("/", "secret");
    expect(await response.json()).toMatchObject({
      errors: [{ user_facing_error: { error_code: "P2009", message: "the request cannot be read" } }],
    });
    expect(failures).toEqual([]);
  });

  test("must answer a failure of its own without its words, and report it", async () => {
    fault = new Error("secret");
    const text = await (await post("/", "{}")).text();
    expect(text).not.toContain("secret");
    expect(failures).toEqual([fault]);
  });
});
