import { expect, test } from "vitest";
import type { ReadinessSpec } from "../../../../src/model/stack.ts";
import { postgresRefusal, startTcp } from "../../../support/fake-server.ts";
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
  expect((await failureOf(openTestWorld(limited, { services }).up(limited))).fixes).toEqual([
    { command: "goat-dev up", effect: "once mem_limit of web (64 MB now) is raised" },
    { command: "goat-dev logs web", effect: "the whole log" },
  ]);
  const free = stackOf(service("web"));
  expect((await failureOf(openTestWorld(free, { services }).up(free))).fixes[0]?.effect).toContain("give it more");
});
