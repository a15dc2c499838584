import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, inject, onTestFinished, test } from "vitest";
import type { PostgresOptions } from "../../src/platform/postgres.ts";
import { freePorts } from "../support/ports.ts";
import { answered, ask, ended, isReady, one, parentOf, program, type Running, startEngine, until } from "./engine.ts";
import { engineEnvironment, urlOf } from "./environment.ts";
import { testScene } from "./scene.ts";

const { missing, packageRoot, python, server } = inject("prisma");

/** Does with the engine what the launcher does, until its input ends. */
const keeper = `import json, os, sys
sys.path.insert(0, sys.argv[1])
from launcher.engine import Engine, schema_file
engine = Engine()
engine.start()
kept = {name: value for name, value in os.environ.items() if name.startswith("GOAT_DEV_ENGINE_")}
print(json.dumps({"pid": engine.pid, "environment": {**kept, "PRISMA_DML_PATH": schema_file()}}), flush=True)
sys.stdin.read()
engine.stop()
`;

interface Kept {
  readonly pid: number;
  readonly environment: Readonly<Record<string, string>>;
}

const keep = async (options: PostgresOptions, env: Readonly<Record<string, string>> = {}): Promise<Kept> => {
  const child = spawn(python, ["-c", keeper, join(packageRoot, "dev")], {
    env: { ...engineEnvironment(urlOf(options)), ...env },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const [line] = await once(child.stdout, "data");
  const kept: Kept = JSON.parse(String(line));
  onTestFinished(async () => {
    child.stdin.end();
    await once(child, "exit");
    await ended(kept.pid);
  });
  return kept;
};

/** What LiteLLM makes of the address before it hands it to its client. */
const asLitellm = (options: PostgresOptions, limit = 10): string =>
  urlOf(options, `?connection_limit=${limit}&pool_timeout=60`);

const clientOf = async (kept: Kept, options: PostgresOptions, url = asLitellm(options)): Promise<Running> => {
  const client = await startEngine(options, { ...kept.environment, DATABASE_URL: url });
  await isReady(client);
  return client;
};

const isClosed = ({ url }: Running): Promise<true> =>
  until(async () =>
    fetch(`${url}/status`).then(
      () => undefined,
      () => true as const,
    ),
  );

const backend = `mutation { result: queryRaw(query: "SELECT pg_backend_pid() AS a, pg_sleep(0.2)::text AS b", parameters: "[]") }`;

describe.skipIf(missing !== null)("an engine that is kept", () => {
  test("must serve one client after the other, and each on a port of its own for as long as it is there", async () => {
    const options = await testScene().database();
    const kept = await keep(options);
    const former = await clientOf(kept, options);
    const next = await clientOf(kept, options);
    for (const client of [former, next]) expect(await ask(client, one)).toMatchObject(answered);
    // Both by the same connections: there is one pool.
    await ask(former, backend);
    expect(await ask(next, backend)).toEqual(await ask(former, backend));
    former.child.kill("SIGINT");
    await once(former.child, "exit");
    expect(await former.output).toBe("");
    await isClosed(former);
    expect(await ask(next, one)).toMatchObject(answered);
    expect(next.child.exitCode).toBeNull();
  });

  test("must be ready before it has a database, and make its first client wait for it", async () => {
    const away = { ...server, port: 1 };
    const kept = await keep(away, { GOAT_DEV_DATABASE_WAIT_MS: "1" });
    const client = await startEngine(away, kept.environment);
    expect(await once(client.child, "exit")).toEqual([1, null]);
    expect(JSON.parse(await client.output)).toMatchObject({ error_code: "P1001", is_panic: false });
    expect(existsSync(`/proc/${kept.pid}/exe`)).toBe(true);
  });

  test.each([
    ["another database", async () => testScene().database(), asLitellm],
    [
      "another number of connections",
      async (options: PostgresOptions) => options,
      (options: PostgresOptions) => asLitellm(options, 3),
    ],
  ])("must leave a client that wants %s to an engine of its own", async (_what, other, urlFor) => {
    const options = await testScene().database();
    const kept = await keep(options);
    await clientOf(kept, options);
    const wanted = await other(options);
    const client = await clientOf(kept, wanted, urlFor(wanted));
    process.kill(kept.pid, "SIGKILL");
    await ended(kept.pid);
    expect(await ask(client, one)).toMatchObject(answered);
  });

  test("must take its clients along where it is killed, and the next gets an engine of its own", async () => {
    const options = await testScene().database();
    const kept = await keep(options);
    const client = await clientOf(kept, options);
    process.kill(kept.pid, "SIGKILL");
    expect(await once(client.child, "exit")).toEqual([1, null]);
    expect(await ask(await clientOf(kept, options), one)).toMatchObject(answered);
  });

  test("must roll back what a client has begun where it goes away", async () => {
    const scene = testScene();
    const options = await scene.database();
    const kept = await keep(options);
    const [former, next] = [await clientOf(kept, options), await clientOf(kept, options)];
    const begun = await fetch(`${former.url}/transaction/start`, {
      method: "POST",
      body: JSON.stringify({ max_wait: 2_000, timeout: 600_000 }),
    });
    const { id } = (await begun.json()) as { readonly id: string };
    const lock = `mutation { result: executeRaw(query: "LOCK TABLE \\"LiteLLM_Config\\"", parameters: "[]") }`;
    const locked = await fetch(former.url, {
      method: "POST",
      headers: { "x-transaction-id": id },
      body: JSON.stringify({ query: lock, variables: {} }),
    });
    expect(await locked.json()).toMatchObject({ data: { result: 0 } });
    former.child.kill("SIGKILL");
    const read = `mutation { result: queryRaw(query: "SELECT count(*) AS a FROM \\"LiteLLM_Config\\"", parameters: "[]") }`;
    expect(await ask(next, read)).toMatchObject({ data: { result: [{}] } });
  });

  test("a client must end with its parent", async () => {
    const kept = await keep(server);
    const [port = 0] = await freePorts(1);
    const env = { ...engineEnvironment(asLitellm(server)), ...kept.environment };
    const { parent, pid } = await parentOf(program, ["-p", String(port)], env);
    const client = { url: `http://127.0.0.1:${port}` } as Running;
    await isReady(client);
    parent.kill("SIGKILL");
    await ended(pid);
    await isClosed(client);
  });

  test("must not be kept where it is Prisma's native one", async () => {
    expect(await keep(server, { PRISMA_QUERY_ENGINE_BINARY: "/bin/true" })).toMatchObject({ pid: 0 });
  });
});
