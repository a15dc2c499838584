import { Client } from "pg";
import type { ScenarioBase } from "./scenario-base.ts";

/** One statement, asked of a database, LiteLLM's where none is named, in the stack's Postgres. */
export const sql = async (
  { ports }: Pick<ScenarioBase, "ports">,
  statement: string,
  database = "litellm",
): Promise<readonly unknown[][]> => {
  const client = new Client({
    host: "127.0.0.1",
    port: ports.postgres,
    user: "postgres",
    password: "postgres",
    database,
  });
  await client.connect();
  try {
    return (await client.query({ text: statement, rowMode: "array" })).rows;
  } finally {
    await client.end();
  }
};
