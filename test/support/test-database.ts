import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { promisify } from "node:util";
import { systemClock } from "../../src/platform/clock.ts";
import { type PostgresOptions, tryLogin, withConnection } from "../../src/platform/postgres.ts";

/** A real Postgres with a database of its own, or why there is none. */
export type TestDatabase =
  | { readonly ok: true; readonly options: PostgresOptions; readonly close: () => Promise<void> }
  | { readonly ok: false; readonly reason: string };

interface Server {
  readonly options: PostgresOptions;
  readonly stop: () => Promise<void>;
}

const run = promisify(execFile);
const startLimitMs = 30_000;

const docker = async (...args: readonly string[]): Promise<string> => (await run("docker", [...args])).stdout.trim();

const fromUrl = (text: string): PostgresOptions => {
  const url = new URL(text);
  return {
    host: url.hostname,
    port: Number(url.port || 5432),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database: url.pathname.slice(1) || "postgres",
  };
};

const untilLogin = async (options: PostgresOptions): Promise<void> => {
  const signal = AbortSignal.timeout(startLimitMs);
  for (;;) {
    if ((await tryLogin(options, signal)).ok) return;
    await systemClock.sleep(100, signal);
  }
};

const startContainer = async (image: string): Promise<Server> => {
  const password = randomBytes(12).toString("hex");
  const env = ["-e", `POSTGRES_PASSWORD=${password}`];
  const id = await docker("run", "-d", ...env, "-p", "127.0.0.1::5432", "--label", "dev.goat.test", image);
  const stop = async () => {
    await docker("rm", "-f", "-v", id);
  };
  try {
    const port = Number((await docker("port", id, "5432/tcp")).split("\n")[0]?.split(":").at(-1));
    const options = { host: "127.0.0.1", port, user: "postgres", password, database: "postgres" };
    await untilLogin(options);
    return { options, stop };
  } catch (error) {
    await stop();
    throw error;
  }
};

const findServer = async (): Promise<Server | string> => {
  const url = process.env["TEST_DATABASE_URL"];
  if (url) return { options: fromUrl(url), stop: async () => {} };
  try {
    const images = await docker("image", "ls", "--filter", "reference=goat-test/postgres", "--format", "{{.ID}}");
    const [image] = images.split("\n");
    return image ? await startContainer(image) : "no image goat-test/postgres: npm run test:images";
  } catch (error) {
    const said = error instanceof Error ? error.message.trim().split("\n").at(-1) : String(error);
    return `TEST_DATABASE_URL is not set and Docker does not help: ${said}`;
  }
};

/** Takes TEST_DATABASE_URL, else a container; a missing one is an error where GOAT_DEV_REQUIRE_ENGINES=1. */
export const openTestDatabase = async (): Promise<TestDatabase> => {
  const server = await findServer();
  if (typeof server === "string") {
    if (process.env["GOAT_DEV_REQUIRE_ENGINES"] === "1") throw new Error(server);
    return { ok: false, reason: server };
  }
  const database = `goat_test_${randomBytes(6).toString("hex")}`;
  const signal = AbortSignal.timeout(startLimitMs);
  await withConnection(server.options, signal, (connection) => connection.query(`create database ${database}`));
  return {
    ok: true,
    options: { ...server.options, database },
    close: async () => {
      const drop = `drop database ${database} with (force)`;
      await withConnection(server.options, AbortSignal.timeout(startLimitMs), (connection) => connection.query(drop));
      await server.stop();
    },
  };
};
