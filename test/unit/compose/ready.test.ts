import { expect, test } from "vitest";
import { loadService, loadText, serviceMistakes } from "../../support/load-compose.ts";

const ready = (lines: string) => loadService(lines).ready;

test("a database must be asked as its user on the published port", () => {
  const lines = `
x-goat: { role: database }
ports: ["127.0.0.1:6543:5432"]
environment: { POSTGRES_USER: me, POSTGRES_PASSWORD: secret }`.trim();
  expect(loadService(lines)).toMatchObject({
    role: "database",
    readyTimeoutMs: 60_000,
    ready: { kind: "postgres", host: "127.0.0.1", port: 6543, user: "me", password: "secret", database: "me" },
  });
  expect(ready('x-goat: { role: database }\nports: ["0.0.0.0:1:5432"]')).toEqual({
    kind: "postgres",
    host: "127.0.0.1",
    port: 1,
    user: "postgres",
    password: "",
    database: "postgres",
  });
});

test("tracing must be asked for its database too", () => {
  const question = {
    kind: "http",
    host: "127.0.0.1",
    port: 3001,
    path: "/api/public/health?failIfDatabaseUnavailable=true",
    status: 200,
    hopeless: { status: 500, log: "fast_hashed_secret_key", reason: "known-secret" },
  };
  expect(ready('x-goat: { role: tracing }\nports: ["3001:3000"]')).toEqual(question);
  expect(ready('x-goat: { role: tracing }\nports: ["3001:80"]')).toEqual(question);
});

test("the gateway must be alive and ready", () => {
  expect(loadService('x-goat: { role: gateway }\nports: ["192.168.1.5:4001:4000", "9:9"]')).toMatchObject({
    readyTimeoutMs: 180_000,
    ready: {
      kind: "all",
      of: [
        { kind: "http", host: "192.168.1.5", port: 4001, path: "/health/liveliness", status: 200 },
        { kind: "http", host: "192.168.1.5", port: 4001, path: "/health/readiness", status: 200 },
      ],
    },
  });
});

const check = "healthcheck: { test: [CMD, pg_isready] }";

test.each([
  ["published port and health check", `ports: ["1:1"]\n${check}`, { kind: "engine-health" }],
  ["published port", 'ports: ["7:1"]', { kind: "tcp", host: "127.0.0.1", port: 7 }],
  ["health check", check, { kind: "exec", command: ["pg_isready"] }],
  [
    "health check with a limit",
    "healthcheck: { test: [CMD, pg_isready], timeout: 3s }",
    { kind: "exec", command: ["pg_isready"], limitMs: 3_000 },
  ],
  ["health check of a shell", "healthcheck: { test: a | b }", { kind: "exec", command: ["/bin/sh", "-c", "a | b"] }],
  ["image's own health check", "healthcheck: { interval: 1s }", { kind: "engine-health" }],
  ["disabled health check", "healthcheck: { disable: true }", { kind: "running", forMs: 1_000 }],
  ["port that the engine chooses", 'ports: ["1"]', { kind: "running", forMs: 1_000 }],
  ["udp port", 'ports: ["1:1/udp"]', { kind: "running", forMs: 1_000 }],
  ["nothing", "tty: true", { kind: "running", forMs: 1_000 }],
  ["role without a published port", `x-goat: { role: database }\n${check}`, { kind: "exec", command: ["pg_isready"] }],
])("without a word of its own, a service with: %s", (_what, lines, expected) => {
  expect(ready(lines)).toEqual(expected);
});

test("a service that somebody waits to see finished must be ready when it has exited well", () => {
  const text = (restart: string) => `
services:
  migrate: { image: x, restart: "${restart}" }
  web: { image: y, depends_on: { migrate: { condition: service_completed_successfully } } }
`;
  expect(loadText(text("no")).stack.services[0]?.ready).toEqual({ kind: "exit", code: 0 });
  expect(loadText(text("always")).stack.services[0]?.ready).toEqual({ kind: "running", forMs: 3_000 });
});

const ports = 'ports: ["8080:80", "127.0.0.1:5433:5432"]\n';

test.each([
  ["{ http: /ok, port: 80, status: 204 }", { kind: "http", host: "127.0.0.1", port: 8080, path: "/ok", status: 204 }],
  ["{ tcp: 5432 }", { kind: "tcp", host: "127.0.0.1", port: 5433 }],
  ["{ exec: [a, b] }", { kind: "exec", command: ["a", "b"] }],
  ["{ exec: a b }", { kind: "exec", command: ["/bin/sh", "-c", "a b"] }],
  ["{ log: 'ready [0-9]+' }", { kind: "log", pattern: "ready [0-9]+" }],
  ["{ running: 1500ms }", { kind: "running", forMs: 1_500 }],
  ["{ exit: 3 }", { kind: "exit", code: 3 }],
  [
    "{ any: [{ tcp: 80 }, { all: [{ log: x }] }] }",
    {
      kind: "any",
      of: [
        { kind: "tcp", host: "127.0.0.1", port: 8080 },
        { kind: "all", of: [{ kind: "log", pattern: "x" }] },
      ],
    },
  ],
])("x-goat.ready: %s", (text, expected) => {
  expect(ready(`${ports}x-goat: { timeout: 5s, ready: ${text} }`)).toEqual(expected);
  expect(loadService(`${ports}x-goat: { timeout: 5s, ready: ${text} }`).readyTimeoutMs).toBe(5_000);
});

test.each([
  ["{ tcp: 81 }", '5:29 "tcp": port 81 is not published'],
  ["{ http: /ok }", '5:30 "http": needs a "port": the service does not publish exactly one'],
  ["{ log: '[' }", '5:29 "log": "[" is not a regular expression'],
  ["{ running: 5 }", '5:33 "running" needs a duration with a unit, such as 10s or 1m30s'],
  ["{ htp: /ok, port: 80 }", '5:24 unknown key "htp" in "ready": did you mean "http"?'],
  [
    "{ tcp: 80, log: x }",
    '5:22 "ready" needs exactly one of http, tcp, exec, log, running, exit, all, any; "all" and "any" join several',
  ],
  [
    "{ port: 80 }",
    '5:22 "ready" needs exactly one of http, tcp, exec, log, running, exit, all, any; "all" and "any" join several',
  ],
  ["{ tcp: 80, prot: 80 }", '5:33 unknown key "prot" in "ready"'],
  ["soon", '5:22 "ready" needs one of http, tcp, exec, log, running, exit, all, any'],
  ["{ all: [] }", '5:29 "all" needs at least one question'],
])("x-goat.ready: %s must be refused", (text, mistake) => {
  expect(serviceMistakes(`${ports}x-goat: { ready: ${text} }`)).toEqual([mistake]);
});

test("a recipe for the engine without Docker must be kept beside Docker's", () => {
  expect(loadService("x-goat: { embedded: { recipe: postgres } }").run).toMatchObject({
    embedded: { recipe: "postgres" },
    docker: { image: "busybox" },
  });
});

test("a service that does without the stack's database where there is no Docker must need no recipe", () => {
  expect(loadService("x-goat: { embedded: { database: false } }").run.embedded).toEqual({ database: false });
});

test("a command for the engine without Docker must be kept as it is, and as words where it is a text", () => {
  const kept = { embedded: { recipe: "command", command: ["node", "my server.js"] }, docker: { image: "busybox" } };
  expect(loadService('x-goat: { embedded: { command: ["node", "my server.js"] } }').run).toMatchObject(kept);
  expect(loadService("x-goat: { embedded: { command: node 'my server.js' } }").run).toMatchObject(kept);
  expect(loadService("x-goat: { embedded: { recipe: command, command: [node, my server.js] } }").run).toMatchObject(
    kept,
  );
});

test.each([
  ["{}", '4:25 "embedded" needs a "recipe", a "command" or "database"'],
  ["{ command: [] }", '4:25 "command" needs a program to run'],
  ["{ command: { a: b } }", '4:36 "command" needs a text'],
  [
    "{ recipe: postgres, command: [node] }",
    '4:25 "embedded" takes a "recipe" or a "command": the recipe postgres has its own',
  ],
  ["{ recipee: postgres }", '4:27 unknown key "recipee": did you mean "recipe"?'],
])("x-goat.embedded: %s must be refused", (text, mistake) => {
  expect(serviceMistakes(`x-goat: { embedded: ${text} }`)).toContain(mistake);
});
