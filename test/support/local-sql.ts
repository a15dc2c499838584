import { Client } from "pg";
import type { LocalScenario } from "./local-scenario.ts";

/** One statement, asked of LiteLLM's database in the stack's Postgres. */
export const sql = async ({ ports }: LocalScenario, statement: string): Promise<readonly unknown[][]> => {
  const client = new Client({
    host: "127.0.0.1",
    port: ports.postgres,
    user: "postgres",
    password: "postgres",
    database: "litellm",
  });
  await client.connect();
  try {
    return (await client.query({ text: statement, rowMode: "array" })).rows;
  } finally {
    await client.end();
  }
};
