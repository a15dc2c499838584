import { describe, expect, test } from "vitest";
import { readAddress } from "../../../src/prisma-engine/connections.ts";
import { failureOf, isAway, isStatementError } from "../../../src/prisma-engine/failures.ts";

const address = readAddress("postgresql://u:p@db:5433/litellm", 1);

const system = (code: string): Error => Object.assign(new Error(`connect ${code}`), { code });
const postgres = (code: string): Error => Object.assign(new Error("said"), { code, severity: "FATAL" });

describe("what pg throws", () => {
  test.each([
    [system("ECONNREFUSED"), "P1001"],
    [system("ENOTFOUND"), "P1001"],
    [new AggregateError([system("ECONNREFUSED")]), "P1001"],
    [postgres("57P03"), "P1001"],
    [new Error("Connection terminated due to connection timeout"), "P1001"],
    [new Error("timeout exceeded when trying to connect"), "P2024"],
    [new Error("Connection terminated unexpectedly"), "P1017"],
    [system("ECONNRESET"), "P1017"],
    [postgres("57P01"), "P1017"],
    [postgres("28P01"), "P1000"],
    [postgres("3D000"), "P1003"],
    [new Error("else"), undefined],
  ])("must get Prisma's code: %s", (error, code) => {
    expect(failureOf(error, address).code).toBe(code);
  });

  test("must be told in the words that LiteLLM takes for a connection that is gone", () => {
    const words = [system("ECONNREFUSED"), postgres("57P01"), new Error("timeout exceeded when trying to connect")];
    const said = words.map((error) => failureOf(error, address).message.toLowerCase());
    expect(said[0]).toContain("can't reach database server at `db`:`5433`");
    expect(said[1]).toContain("connection closed");
    expect(said[2]).toContain("timed out");
  });

  test("must be waited for only where waiting may mend it", () => {
    expect([system("ECONNREFUSED"), postgres("57P03"), new Error("timeout expired")].every(isAway)).toBe(true);
    expect([postgres("28P01"), postgres("3D000"), new Error("else"), "text"].some(isAway)).toBe(false);
  });

  test("must be the engine's own business where Postgres refuses a statement and stays", () => {
    expect(isStatementError(postgres("23505"))).toBe(true);
    expect([postgres("57P01"), system("ECONNRESET"), new Error("else")].some(isStatementError)).toBe(false);
  });
});
