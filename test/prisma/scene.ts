import { randomBytes } from "node:crypto";
import pg from "pg";
import { afterAll, inject, onTestFinished } from "vitest";
import type { PostgresOptions } from "../../src/platform/postgres.ts";
import { migrate } from "./migrating.ts";
import { type ClientOptions, type PythonClient, startClient } from "./python-client.ts";

const { server } = inject("prisma");

type Defer = (close: () => unknown) => void;

/** What is opened within a test ends with it. */
export const testScene = (): Scene => new Scene((close) => onTestFinished(async () => void (await close())));

/** What is opened ends with the suite. */
export const suiteScene = (): Scene => {
  const closing: (() => unknown)[] = [];
  afterAll(async () => {
    for (const close of closing.reverse()) await close();
  });
  return new Scene((close) => closing.push(close));
};

export class Scene {
  readonly defer: Defer;

  constructor(defer: Defer) {
    this.defer = defer;
  }

  /** A connection whose answers are Postgres's own text. */
  async connected(options: PostgresOptions): Promise<pg.Client> {
    const client = new pg.Client({ ...options, types: { getTypeParser: () => (value: string) => value } });
    client.on("error", () => {});
    await client.connect();
    this.defer(() => client.end());
    return client;
  }

  /** A database of its own; with LiteLLM's tables where `migrated`. */
  async database(template: "template0" | "migrated" = "migrated"): Promise<PostgresOptions> {
    const name = `t_${randomBytes(6).toString("hex")}`;
    const admin = await this.connected({ ...server, database: "postgres" });
    if (template === "migrated") await makeTemplate(admin);
    await admin.query(`CREATE DATABASE ${name} TEMPLATE ${template}`);
    this.defer(() => admin.query(`DROP DATABASE ${name} WITH (FORCE)`));
    return { ...server, database: name };
  }

  /** Prisma's Python client over the stand-in, connected unless told otherwise. */
  async client(options: PostgresOptions, given: ClientOptions = {}): Promise<PythonClient> {
    const client = startClient(options, given);
    this.defer(async () => {
      client.child.stdin.end();
      await client.ended;
    });
    if (given.connect !== false) await client.call("connect");
    return client;
  }
}

/** Made once, by who comes first. */
const makeTemplate = async (admin: pg.Client): Promise<void> => {
  await admin.query("SELECT pg_advisory_lock(1)");
  const { rowCount } = await admin.query("SELECT 1 FROM pg_database WHERE datname = 'migrated'");
  if (rowCount === 0) {
    await admin.query("CREATE DATABASE half TEMPLATE template0");
    const { status, output } = await migrate({ ...server, database: "half" }, ["migrate", "deploy"]);
    if (status !== 0) throw new Error(output);
    await admin.query("ALTER DATABASE half RENAME TO migrated");
  }
  await admin.query("SELECT pg_advisory_unlock(1)");
};
