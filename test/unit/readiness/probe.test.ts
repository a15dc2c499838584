import { expect, test } from "vitest";
import type { ReadinessSpec } from "../../../src/model/stack.ts";
import { createProbe, type ProbeContext, tryLimitOf, type Verdict } from "../../../src/readiness/probe.ts";
import { createTestClock } from "../../support/clock.ts";
import { closedPort, postgresRefusal, startHttp, startTcp } from "../../support/fake-server.ts";

const context = (changes: Partial<ProbeContext> = {}): ProbeContext => ({
  clock: createTestClock(),
  signal: new AbortController().signal,
  sighting: async () => null,
  exec: async () => ({ exitCode: 0, output: "" }),
  log: async () => "",
  ...changes,
});

const host = "127.0.0.1";
const ask = (spec: ReadinessSpec, changes: Partial<ProbeContext> = {}): Promise<Verdict> =>
  createProbe(spec)(context(changes));

const exec = (word: string): ReadinessSpec => ({ kind: "exec", command: [word] });

/** Answers `yes` with success, anything else with a failure; remembers what was asked. */
const shell = () => {
  const asked: string[] = [];
  const run: ProbeContext["exec"] = async ([word = ""]) => {
    asked.push(word);
    return { exitCode: word === "yes" ? 0 : 1, output: "" };
  };
  return { asked, run };
};

test("all must be ready in order: a later question waits for the earlier answer", async () => {
  const { asked, run } = shell();
  const spec: ReadinessSpec = { kind: "all", of: [exec("yes"), exec("no"), exec("later")] };
  expect(await ask(spec, { exec: run })).toEqual({ state: "pending", why: '"no" ends with 1' });
  expect(asked).toEqual(["yes", "no"]);
  expect(await ask({ kind: "all", of: [exec("yes"), exec("yes")] }, { exec: run })).toEqual({ state: "ready" });
});

test("any must be ready as soon as one is, and failed only when all are", async () => {
  const { run } = shell();
  expect(await ask({ kind: "any", of: [exec("no"), exec("yes")] }, { exec: run })).toEqual({ state: "ready" });
  const ended: ReadinessSpec = { kind: "exit", code: 0 };
  const sighting: ProbeContext["sighting"] = async () => ({
    state: "exited",
    health: "none",
    exitCode: 4,
    startedAt: null,
    restartCount: 0,
  });
  expect(await ask({ kind: "any", of: [ended, exec("no")] }, { exec: run, sighting })).toMatchObject({
    state: "pending",
  });
  expect(await ask({ kind: "any", of: [ended, ended] }, { exec: run, sighting })).toMatchObject({ state: "failed" });
});

const database = {
  kind: "postgres",
  host,
  user: "postgres",
  password: "secret-password",
  database: "litellm",
} as const;

test("a database that nobody serves yet must be waited for", async () => {
  const port = await closedPort();
  const verdict = await ask({ ...database, port });
  expect(verdict).toMatchObject({
    state: "pending",
    why: expect.stringContaining(`log-in as postgres on port ${port}: `),
  });
});

test.each([
  ["28P01", "failed", "wrong-password"],
  ["57P03", "pending", undefined],
  ["3D000", "pending", undefined],
] as const)("a database that answers %s must be %s", async (code, state, reason) => {
  await using server = await startTcp((socket) => {
    socket.once("data", () => socket.end(postgresRefusal(code, "no")));
  });
  const verdict = await ask({ ...database, port: server.port });
  expect(verdict).toMatchObject({ state, ...(reason === undefined ? {} : { reason }) });
  expect(JSON.stringify(verdict)).not.toContain("secret-password");
});

test("a probe that keeps state must be made anew for each wait", async () => {
  const clock = createTestClock();
  const sighting: ProbeContext["sighting"] = async () => ({
    state: "running",
    health: "none",
    exitCode: null,
    startedAt: null,
    restartCount: 0,
  });
  const spec: ReadinessSpec = { kind: "running", forMs: 1_000 };
  const first = createProbe(spec);
  await first(context({ clock, sighting }));
  clock.advance(1_000);
  expect(await first(context({ clock, sighting }))).toEqual({ state: "ready" });
  expect(await createProbe(spec)(context({ clock, sighting }))).toMatchObject({ state: "pending" });
});

test("http and tcp must ask what really listens", async () => {
  await using server = await startHttp((_request, response) => response.end());
  const { port } = server;
  expect(await ask({ kind: "http", host, port, path: "/", status: 200 })).toEqual({ state: "ready" });
  expect(await ask({ kind: "tcp", host, port })).toEqual({ state: "ready" });
});

test("a log line must be found wherever it stands", async () => {
  const log = async () => "starting\nready to accept connections\nmore";
  expect(await ask({ kind: "log", pattern: "^ready to" }, { log })).toEqual({ state: "ready" });
  expect(await ask({ kind: "log", pattern: "^never" }, { log })).toEqual({
    state: "pending",
    why: "no line matches ^never",
  });
});

test("a command that never ends must be silence, and one that cannot be run must be told", async () => {
  const over = new AbortController();
  const run: ProbeContext["exec"] = (_command, signal) =>
    new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  const asked = ask(exec("wait"), { exec: run, signal: over.signal });
  over.abort(new Error("over"));
  expect(await asked).toEqual({ state: "pending", why: '"wait": no answer in time' });
  await expect(ask(exec("wait"), { exec: () => Promise.reject(new Error("gone")) })).rejects.toThrow("gone");
});

test("a command must have the time that its health check gives it, and a question to a port two seconds", () => {
  const port: ReadinessSpec = { kind: "tcp", host, port: 1 };
  expect(tryLimitOf(port)).toBe(2_000);
  expect(tryLimitOf(exec("yes"))).toBe(30_000);
  expect(tryLimitOf({ kind: "exec", command: ["yes"], limitMs: 5_000 })).toBe(5_000);
  expect(tryLimitOf({ kind: "all", of: [port, exec("yes")] })).toBe(30_000);
});
