import type { RequestListener } from "node:http";
import { expect, test } from "vitest";
import type { ServiceSpec } from "../../../../src/model/stack.ts";
import { readStatus, type ServiceStatus } from "../../../../src/stack/run/observe.ts";
import { closedPort, startHttp } from "../../../support/fake-server.ts";
import { port, service, stackOf } from "../../../support/sample-stack.ts";
import type { ServiceScript } from "../../../support/simulated-engine/script.ts";
import { openTestWorld, type TestWorld } from "../../../support/test-world.ts";

const host = "127.0.0.1";

/** The status of the one service after it was started, whatever became of it. */
const statusOf = async (
  spec: ServiceSpec,
  script: ServiceScript = {},
  then: (world: TestWorld) => void = () => undefined,
): Promise<ServiceStatus | undefined> => {
  const stack = stackOf(spec);
  const world = openTestWorld(stack, { services: { [spec.name]: script } });
  await world.up(stackOf({ ...spec, ready: { kind: "running", forMs: 0 } }));
  then(world);
  return (await readStatus(stack, world, { proven: [] }))[0];
};

test("a service that is not there must be absent, with the image and port it would have", async () => {
  const stack = stackOf(service("web", { ports: [port(3001)] }));
  expect(await readStatus(stack, openTestWorld(stack), { proven: [] })).toMatchObject([
    {
      name: "web",
      state: "absent",
      image: "web:1",
      port: 3001,
      url: "http://127.0.0.1:3001",
      since: null,
      memoryBytes: null,
    },
  ]);
});

test("a service that answers must be ready, with since when and how much memory", async () => {
  await using server = await startHttp((_request, response) => response.end());
  const ready = { kind: "http", host, port: server.port, path: "/", status: 200 } as const;
  expect(await statusOf(service("web", { ready }), { memoryBytes: 1_000 })).toMatchObject({
    state: "ready",
    why: null,
    memoryBytes: 1_000,
    since: expect.stringMatching(/^2026-01-01T/),
    drift: [],
  });
});

test("the gateway and the tracing service must be asked each question once a look", async () => {
  const asked: string[] = [];
  const answer: RequestListener = (request, response) => {
    asked.push(request.url ?? "");
    response.end(JSON.stringify({ status: "healthy", db: "connected", service: "goat-dev trace recorder" }));
  };
  await using langfuse = await startHttp(answer);
  await using litellm = await startHttp(answer);
  const get = (port: number, path: string) => ({ kind: "http", host, port, path, status: 200 }) as const;
  const healthPath = "/api/public/health?failIfDatabaseUnavailable=true";
  const says = { field: "db", value: "connected" };
  const of = [get(litellm.port, "/health/liveliness"), { ...get(litellm.port, "/health/readiness"), says }];
  const ready = get(langfuse.port, healthPath);
  const stack = stackOf(
    service("langfuse", { role: "tracing", ports: [port(langfuse.port)], ready }),
    service("litellm", { role: "gateway", ports: [port(litellm.port)], ready: { kind: "all", of } }),
  );
  const world = openTestWorld(stack);
  await world.up(stackOf(...stack.services.map((one) => ({ ...one, ready: { kind: "running", forMs: 0 } as const }))));
  const look = () => readStatus(stack, world, { proven: [] });
  expect(await look()).toMatchObject([
    { state: "ready", standIn: "trace recorder" },
    { state: "ready", database: true },
  ]);
  const once = [healthPath, "/health/liveliness", "/health/readiness"];
  expect(asked.toSorted()).toEqual(once);
  await look();
  expect(asked).toHaveLength(2 * once.length);
});

test("a service that does not answer must be starting while it is young, then unready, with why", async () => {
  const closed = await closedPort();
  const ready = { kind: "http", host, port: closed, path: "/", status: 200 } as const;
  const spec = service("web", { ready, readyTimeoutMs: 60_000 });
  const why = `GET / on port ${closed}: connection refused`;
  expect(await statusOf(spec)).toMatchObject({ state: "starting", why });
  const later = await statusOf(spec, {}, ({ clock }) => clock.advance(120_000));
  expect(later).toMatchObject({ state: "unready", why });
});

const mute = (fields: Partial<ServiceSpec> = {}) =>
  service("web", {
    ready: { kind: "exec", command: ["health"] },
    role: "gateway",
    readyTimeoutMs: 60_000,
    ...fields,
  });

/** The status of a service that is silent, in the life in which it was started. */
const silentStatus = async (spec: ServiceSpec, script: ServiceScript, proven = false): Promise<object | undefined> => {
  const stack = stackOf(spec);
  const exec = () => ({ exitCode: 1, output: "no answer in time" });
  const world = openTestWorld(stack, { services: { [spec.name]: { exec, ...script } } });
  await world.up(stackOf({ ...spec, ready: { kind: "running", forMs: 0 } }));
  const { services } = await world.engine.observe({ stack: "goat", images: [] }, world.signal);
  const lives = services.map(({ name, handle, startedAt }) => `${name} ${handle} ${startedAt}`);
  return (await readStatus(stack, world, { proven: proven ? lives : [] }))[0];
};

const hangs = { state: "unready", failure: { code: "service-hung", service: "web" } };

test("a service that answered in this life and is silent must be told as hanging, however young it is", async () => {
  expect(await silentStatus(mute(), {}, true)).toMatchObject(hangs);
  expect(await silentStatus(mute(), { health: { becomes: "healthy" } })).toMatchObject(hangs);
  expect(await silentStatus(mute(), { log: ["INFO:     Uvicorn running on http://0.0.0.0:4000"] })).toMatchObject(
    hangs,
  );
  const answers = { exitCode: 0, output: JSON.stringify({ ok: true, files: {} }) };
  const exec = (command: readonly string[]) =>
    command.includes("status") ? answers : { exitCode: 1, output: "no answer in time" };
  const reload = { command: ["launch"], files: [], environment: [] };
  expect(await silentStatus(mute({ reload }), { exec })).toMatchObject(hangs);
});

test("a young service that has never answered must be starting while it is silent", async () => {
  expect(await silentStatus(mute(), {})).toMatchObject({ state: "starting", failure: null });
  const unwell = { health: { becomes: "unhealthy" }, log: ["INFO:     Started server process [1]"] } as const;
  expect(await silentStatus(mute(), unwell)).toMatchObject({ state: "starting", failure: null });
});

test("of a service that is starting only what no waiting mends must be told", async () => {
  const path = "/health";
  const ready = { kind: "http", host, port: await closedPort(), path, status: 200 } as const;
  const spec = service("db", { role: "database", ready });
  const full = 'PANIC:  could not write to file "pg_wal/xlogtemp.1": No space left on device';
  expect(await statusOf(spec, { log: [full] })).toMatchObject({ state: "starting", failure: { code: "disk-full" } });
  const late = "FATAL:  data directory has wrong ownership";
  expect(await statusOf(spec, { log: [late] })).toMatchObject({ state: "starting", failure: null });
});

test("a service that ended must be exited, with its status or that memory ran out", async () => {
  const spec = service("web");
  expect(await statusOf(spec, {}, ({ engine }) => engine.exit("goat-web-1", 3))).toMatchObject({
    state: "exited",
    why: "exit status 3",
  });
  const starved = await statusOf(spec, {}, ({ engine }) => engine.exit("goat-web-1", 137, { outOfMemory: true }));
  expect(starved).toMatchObject({ state: "exited", why: "killed: out of memory" });
});

test("a paused service must be told as paused, not as one that does not answer", async () => {
  const paused = await statusOf(service("web"), {}, ({ engine }) => engine.pause("goat-web-1"));
  expect(paused).toMatchObject({ state: "paused", why: null });
});

test("a one-shot service that ended as it should must be ready", async () => {
  const spec = service("job", { ready: { kind: "exit", code: 0 } });
  expect(await statusOf(spec, {}, ({ engine }) => engine.exit("goat-job-1", 0))).toMatchObject({ state: "ready" });
  expect(await statusOf(spec, {}, ({ engine }) => engine.exit("goat-job-1", 1))).toMatchObject({ state: "exited" });
});

test("a crash loop must be restarting, even in an instant in which it runs", async () => {
  const spec = service("web", { docker: { restart: { name: "always" } } });
  const stack = stackOf(spec);
  const world = openTestWorld(stack);
  await world.up(stack);
  world.engine.exit("goat-web-1", 1);
  const states = [await readStatus(stack, world, { proven: [] }), await readStatus(stack, world, { proven: [] })].map(
    ([one]) => one?.state,
  );
  expect(states).toEqual(["restarting", "restarting"]);
});

test("a service that has run on since its last restart must be ready again", async () => {
  const spec = service("web", { docker: { restart: { name: "always" } } });
  const stack = stackOf(spec);
  const world = openTestWorld(stack);
  await world.up(stack);
  world.engine.exit("goat-web-1", 1);
  await readStatus(stack, world, { proven: [] });
  world.clock.advance(60_000);
  expect(await readStatus(stack, world, { proven: [] })).toMatchObject([{ state: "ready" }]);
});

test("what differs from the file must be named", async () => {
  const changed = service("web", { environment: { TOKEN: "new" } });
  const stack = stackOf(changed);
  const world = openTestWorld(stack);
  await world.up(stackOf(service("web", { environment: { TOKEN: "old" } })));
  expect(await readStatus(stack, world, { proven: [] })).toMatchObject([{ drift: ["environment TOKEN"] }]);
});

test("a service that runs for a second must not be watched for one: that it runs can be seen", async () => {
  const spec = service("web", { ready: { kind: "running", forMs: 60_000 } });
  expect(await statusOf(spec)).toMatchObject({ state: "ready" });
});

test("an interrupted look must throw, not tell services as broken", async () => {
  const stack = stackOf(service("web"));
  const world = openTestWorld(stack);
  await world.up(stack);
  world.abort.abort(new Error("enough"));
  await expect(readStatus(stack, world, { proven: [] })).rejects.toThrow("enough");
});
