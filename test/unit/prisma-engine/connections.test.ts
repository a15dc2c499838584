import { describe, expect, test } from "vitest";
import { readAddress } from "../../../src/prisma-engine/connections.ts";

const read = (url: string) => readAddress(url, 4);

describe("a database's URL", () => {
  test("must be read as Prisma reads it", () => {
    const { config, ...rest } = read(
      "postgresql://g%40at:p%2Fw@[::1]:5433/lite%20llm?connection_limit=7&schema=my%20one&pool_timeout=3",
    );
    expect(rest).toMatchObject({ host: "::1", port: 5433, schema: "my one", poolSize: 7, poolTimeoutMs: 3_000 });
    expect(config).toMatchObject({ user: "g@at", password: "p/w", database: "lite llm", ssl: false });
    expect(config.options).toBe('-c TimeZone=UTC -c search_path="my\\ one"');
  });

  test("must come with Prisma's own settings where it says none", () => {
    const address = read("postgres://u@db/litellm");
    expect(address).toMatchObject({
      port: 5432,
      schema: "public",
      poolSize: 9,
      poolTimeoutMs: 10_000,
      connectTimeoutMs: 5_000,
    });
    expect(address.config.password).toBe("");
  });

  test("must ask for TLS only where it says so, and for a known certificate only where it is strict about it", () => {
    expect(read("postgresql://u:p@h/d?sslmode=prefer").config.ssl).toBe(false);
    expect(read("postgresql://u:p@h/d?sslmode=require").config.ssl).toEqual({ rejectUnauthorized: false });
    expect(read("postgresql://u:p@h/d?sslmode=require&sslaccept=strict").config.ssl).toEqual({
      rejectUnauthorized: true,
    });
  });

  test.each(["", "secret", "mysql://u:secret@h/d"])("must be refused without being quoted: %j", (url) => {
    expect(() => read(url)).toThrow(/^the URL must start with the protocol/);
  });
});
