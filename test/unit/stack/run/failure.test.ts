import { expect, test } from "vitest";
import type { ReadinessSpec } from "../../../../src/model/stack.ts";
import { postgresRefusal, startHttp, startTcp } from "../../../support/fake-server.ts";
import { service, stackOf, volumeMount } from "../../../support/sample-stack.ts";
import { failureOf, openTestWorld } from "../../../support/test-world.ts";

const database = (port: number, readyTimeoutMs = 60_000) => {
  const login = { host: "127.0.0.1", port, user: "postgres", password: "secret-password", database: "litellm" };
  const ready: ReadinessSpec = { kind: "postgres", ...login };
  return stackOf(service("postgres", { ready, readyTimeoutMs, docker: { mounts: [volumeMount("data")] } }));
};

test("a database with another password must be told at once as that, with its volume and both ways out", async () => {
  await using server = await startTcp((socket) => {
    socket.once("data", () =>
      socket.end(postgresRefusal("28P01", 'password authentication failed for user "postgres"')),
    );
  });
  const stack = database(server.port);
  const world = openTestWorld(stack);
  const error = await failureOf(world.up(stack));
  expect(error).toMatchObject({ code: "database-password-drift", exitCode: 5, service: "postgres" });
  expect(error.message).toBe("postgres refuses the log-in: POSTGRES_PASSWORD is not the one its volume was made with");
  expect(error.evidence).toEqual([
    `log-in as postgres on port ${server.port}: password authentication failed for user "postgres"`,
    "volume goat_data was made on 2026-01-01",
  ]);
  expect(error.fixes.map(({ command }) => command)).toEqual(["goat-dev db set-password", "goat-dev down --volumes"]);
  expect(world.clock.pauses).toEqual([]);
});

test("a database that is still starting up must be waited for", async () => {
  await using server = await startTcp((socket) => {
    socket.once("data", () => socket.end(postgresRefusal("57P03", "the database system is starting up")));
  });
  const stack = database(server.port, 2_000);
  expect(await failureOf(openTestWorld(stack).up(stack))).toMatchObject({
    code: "service-not-ready",
    message: expect.stringMatching(/^postgres is not ready after 2 s; last: .*the database system is starting up$/),
  });
});

test("only the last lines of a log must be shown, empty ones left out", async () => {
  const log = [...Array.from({ length: 30 }, (_, index) => `line ${index}`), ""];
  const stack = stackOf(service("web"));
  const error = await failureOf(openTestWorld(stack, { services: { web: { log, exit: { code: 1 } } } }).up(stack));
  expect(error.evidence.at(-1)).toBe("line 29");
  expect(error.evidence.length).toBeLessThanOrEqual(8);
});

test("a one-shot service that fails must be told with its status", async () => {
  const stack = stackOf(service("job", { ready: { kind: "exit", code: 0 } }));
  const services = { job: { log: ["cannot migrate"], exit: { code: 4 } } };
  expect(await failureOf(openTestWorld(stack, { services }).up(stack))).toMatchObject({
    code: "service-exited",
    message: "job exited with status 4",
    evidence: ["cannot migrate"],
  });
});

test("memory that ran out must be answered with where its limit is set", async () => {
  const limited = stackOf(service("web", { docker: { memoryBytes: 64 * 1024 * 1024 } }));
  const services = { web: { exit: { code: 137, outOfMemory: true } } };
  const error = await failureOf(openTestWorld(limited, { services }).up(limited));
  expect(error.message).toBe("web was killed: it ran out of memory of 64 MB, which mem_limit allows");
  expect(error.fixes).toEqual([
    { command: "goat-dev up", effect: "once mem_limit of web (64 MB now) is raised" },
    { command: "goat-dev logs web", effect: "the whole log" },
  ]);
  const free = stackOf(service("web"));
  expect((await failureOf(openTestWorld(free, { services }).up(free))).fixes[0]?.effect).toContain("give it more");
});

test("Langfuse with a new public key and the old secret must be told at once as that, with both ways out", async () => {
  await using server = await startHttp((_request, response) => response.writeHead(500).end("{}"));
  const hopeless = { status: 500, log: "fast_hashed_secret_key", reason: "known-secret" } as const;
  const ready: ReadinessSpec = { kind: "http", host: "127.0.0.1", port: server.port, path: "/", status: 200, hopeless };
  const stack = stackOf(service("langfuse", { role: "tracing", ready }));
  const log = ["starting", "Unique constraint failed on the fields: (`fast_hashed_secret_key`)"];
  const world = openTestWorld(stack, { services: { langfuse: { log } } });
  const error = await failureOf(world.up(stack));
  expect(error).toMatchObject({ code: "tracing-key-drift", exitCode: 5, service: "langfuse" });
  expect(error.message).toBe("langfuse has the secret of .env under another public key: change both keys, or neither");
  expect(error.evidence).toEqual([`GET / on port ${server.port} answers 500`, log[1]]);
  expect(error.fixes.map(({ command, effect }) => `${command} ${effect}`)).toEqual([
    expect.stringContaining("a new LANGFUSE_SECRET_KEY beside the new LANGFUSE_PUBLIC_KEY"),
    expect.stringContaining("once the earlier LANGFUSE_PUBLIC_KEY is back"),
  ]);
  expect(world.clock.pauses).toEqual([]);
});

test("what no waiting mends must end the wait soon, not at its limit", async () => {
  await using server = await startHttp((_request, response) => response.writeHead(503).end("{}"));
  const ready: ReadinessSpec = { kind: "http", host: "127.0.0.1", port: server.port, path: "/", status: 200 };
  const stack = stackOf(service("langfuse", { role: "tracing", ready, readyTimeoutMs: 120_000 }));
  const log = ["Database `langfuse` does not exist on the database server at `postgres:5432`."];
  const world = openTestWorld(stack, { services: { langfuse: { log } } });
  const error = await failureOf(world.up(stack));
  expect(error).toMatchObject({ code: "database-missing", message: "there is no database langfuse for langfuse" });
  expect(world.clock.now()).toBeLessThan(20_000);
});

/** A service that answers until it is told to be silent; its own limit is three minutes. */
const openTalker = () => {
  let isSilent = false;
  const exec = () => (isSilent ? { exitCode: 1, output: "no answer in time" } : { exitCode: 0, output: "" });
  const ready: ReadinessSpec = { kind: "exec", command: ["ask"] };
  const stack = stackOf(service("litellm", { role: "gateway", ready, readyTimeoutMs: 180_000 }));
  const fallSilent = () => {
    isSilent = true;
  };
  // Of the time before, and no cause of the silence.
  const log = ["Can't reach database server at `postgres:5432`"];
  return { stack, world: openTestWorld(stack, { services: { litellm: { exec, log } } }), fallSilent };
};

/** How long a second `up` waits for it, and what it then says. */
const failAfterSilence = async ({ stack, world, fallSilent }: ReturnType<typeof openTalker>, proven: string[]) => {
  fallSilent();
  const begin = world.clock.now();
  const error = await failureOf(world.up(stack, { proven }));
  return { error, waitedMs: world.clock.now() - begin };
};

const lifeIn = async (world: ReturnType<typeof openTalker>["world"]) => {
  const { services } = await world.engine.observe({ stack: "goat", images: [] }, world.signal);
  return services.map(({ name, handle, startedAt }) => `${name} ${handle} ${startedAt}`);
};

test("a service that was ready and has fallen silent must be told as hanging, long before its limit", async () => {
  const talker = openTalker();
  await talker.world.up(talker.stack);
  const { error, waitedMs } = await failAfterSilence(talker, await lifeIn(talker.world));
  expect(error).toMatchObject({ code: "service-hung", service: "litellm" });
  expect(error.fixes.map(({ command }) => command)).toEqual(["goat-dev restart --hard litellm"]);
  expect(waitedMs).toBeLessThan(20_000);
});

test("a service that has run for longer than it may take to get ready must be told as hanging, too", async () => {
  const talker = openTalker();
  await talker.world.up(talker.stack);
  talker.world.clock.advance(24 * 3_600_000);
  const { error, waitedMs } = await failAfterSilence(talker, []);
  expect(error.code).toBe("service-hung");
  expect(waitedMs).toBeLessThan(20_000);
});

test("a service that is silent while it boots must keep its whole limit", async () => {
  const talker = openTalker();
  const { waitedMs } = await failAfterSilence(talker, []);
  expect(waitedMs).toBeGreaterThan(179_000);
});

/** What `up` says of a service that ends like this while it is waited for, and is taken away at once. */
const removedAfter = async (exitCode: number): Promise<string> => {
  const stack = stackOf(service("web", { ready: { kind: "exec", command: ["ask"] } }));
  const exec = async () => {
    world.engine.exit("goat-web-1", exitCode);
    const remove = { type: "remove-container", container: "goat-web-1", anonymousVolumes: false } as const;
    await world.engine.apply(remove, { signal: world.signal, progress: () => undefined });
    return { exitCode: 1, output: "" };
  };
  const world = openTestWorld(stack, { services: { web: { exec } } });
  return (await failureOf(world.up(stack))).code;
};

test("a container that somebody removes while it is waited for must be told as removed, killed or stopped before", async () => {
  expect(await removedAfter(137)).toBe("service-removed");
  expect(await removedAfter(143)).toBe("service-removed");
  expect(await removedAfter(1)).toBe("service-exited");
});
