import { afterAll, describe, expect, test } from "vitest";
import type { ServiceSpec } from "../../src/model/stack.ts";
import { type PostgresOptions, withConnection } from "../../src/platform/postgres.ts";
import { checkSaltKey } from "../../src/stack/run/salt-key.ts";
import { service } from "../support/sample-stack.ts";
import { openTestDatabase } from "../support/test-database.ts";

const found = await openTestDatabase();
const signal = AbortSignal.timeout(60_000);

const suite = (options: PostgresOptions, close: () => Promise<void>): void => {
  const database = service("postgres", {
    role: "database",
    ready: { kind: "postgres", ...options, database: "other" },
  });
  const gateway = (environment: Readonly<Record<string, string>>, host = "postgres"): ServiceSpec =>
    service("litellm", {
      role: "gateway",
      environment: { DATABASE_URL: `postgresql://a:b@${host}:5432/${options.database}`, ...environment },
    });
  const check = (key: string | undefined, host?: string): Promise<void> =>
    checkSaltKey(database, gateway(key === undefined ? {} : { LITELLM_SALT_KEY: key }, host), signal);
  const fingerprints = (): Promise<readonly object[]> =>
    withConnection(options, signal, (connection) => connection.query("select * from goat_dev.salt_key"));

  afterAll(close);

  describe("the key that LiteLLM's data is encrypted with", () => {
    test("must be kept once, without itself, and be let through from then on", async () => {
      await check("goat-dev-local-only");
      await check("goat-dev-local-only");
      const rows = await fingerprints();
      expect(rows).toHaveLength(1);
      expect(JSON.stringify(rows)).not.toContain("goat-dev-local-only");
    });

    test("must not be another one later: told by name, with what to type, and without either key of .env", async () => {
      const refused = check("my-own-key-9");
      await expect(refused).rejects.toMatchObject({ code: "salt-key-changed", service: "litellm" });
      const { message, fixes } = await refused.catch((error) => error);
      expect(message).toContain("LITELLM_SALT_KEY is not the one");
      expect(fixes).toMatchObject([
        { command: "goat-dev up --set LITELLM_SALT_KEY=goat-dev-local-only" },
        { command: "goat-dev down --volumes" },
      ]);
      expect(JSON.stringify([message, fixes])).not.toContain("my-own-key-9");
    });

    test("must not be asked about where LiteLLM has none of its own, or its data elsewhere", async () => {
      await check(undefined);
      await check("my-own-key-9", "db.example.com");
    });
  });
};

if (found.ok) suite(found.options, found.close);
else describe.skip(`the key that LiteLLM's data is encrypted with: ${found.reason}`, () => test("needs Postgres"));
