import { expect, test } from "vitest";
import {
  createRunningProbe,
  type ProbeContext,
  probeEngineHealth,
  probeExec,
  probeExit,
} from "../../../../src/readiness/probe.ts";
import { createTestClock } from "../../../support/clock.ts";

type Seen = Awaited<ReturnType<ProbeContext["sighting"]>>;

const runs = { state: "running", health: "none", exitCode: null, startedAt: null, restartCount: 0 } as const;

const context = (changes: Partial<ProbeContext> = {}): ProbeContext => ({
  clock: createTestClock(),
  signal: new AbortController().signal,
  sighting: async () => runs,
  exec: async () => ({ exitCode: 0, output: "" }),
  log: async () => "",
  ...changes,
});

const seeing = (seen: Seen): ProbeContext => context({ sighting: async () => seen });

test.each<readonly [Seen, string]>([
  [null, "not there yet"],
  [{ ...runs, health: "starting" }, "its health check says starting"],
  // The deadline is ours: an unhealthy service may still become healthy.
  [{ ...runs, health: "unhealthy" }, "its health check says unhealthy"],
  [{ ...runs, state: "restarting" }, "state restarting"],
])("the engine's health of %o must be pending: %s", async (seen, why) => {
  expect(await probeEngineHealth(seeing(seen))).toEqual({ state: "pending", why });
});

test("healthy must be ready, and an image without a health check ready when it runs", async () => {
  expect(await probeEngineHealth(seeing({ ...runs, health: "healthy" }))).toEqual({ state: "ready" });
  expect(await probeEngineHealth(seeing(runs))).toEqual({ state: "ready" });
});

test("a check command that fails must be told with its status and its last line", async () => {
  const exec = async () => ({ exitCode: 2, output: "first\n/var/run/postgresql:5432 - no response\n" });
  const verdict = await probeExec(["pg_isready", "-U", "postgres"], context({ exec }));
  expect(verdict).toEqual({
    state: "pending",
    why: '"pg_isready -U postgres" ends with 2: /var/run/postgresql:5432 - no response',
  });
});

test("a one-shot service must be ready with the wanted status, and failed with another", async () => {
  const ended = (exitCode: number) => seeing({ ...runs, state: "exited", exitCode });
  expect(await probeExit(0, ended(0))).toEqual({ state: "ready" });
  expect(await probeExit(3, ended(3))).toEqual({ state: "ready" });
  expect(await probeExit(0, ended(1))).toEqual({ state: "failed", why: "exited with status 1", reason: "exited" });
  expect(await probeExit(0, seeing(runs))).toEqual({ state: "pending", why: "still running" });
});

const runningFor = (forMs: number, first: Seen) => {
  let seen = first;
  const clock = createTestClock();
  const probe = createRunningProbe(forMs);
  return {
    clock,
    see: (next: Seen) => {
      seen = next;
    },
    ask: () => probe(context({ clock, sighting: async () => seen })),
  };
};

test("a service that nobody can ask must run on for its time", async () => {
  const { clock, ask } = runningFor(1_000, runs);
  expect(await ask()).toEqual({ state: "pending", why: "running for 0 ms of 1000 ms" });
  clock.advance(999);
  expect(await ask()).toMatchObject({ state: "pending" });
  clock.advance(1);
  expect(await ask()).toEqual({ state: "ready" });
});

test("a restart in between must begin the time anew: a crash loop is never ready", async () => {
  const { clock, see, ask } = runningFor(1_000, runs);
  for (let restartCount = 1; restartCount < 20; restartCount += 1) {
    expect(await ask()).toMatchObject({ state: "pending" });
    clock.advance(900);
    see({ ...runs, restartCount });
  }
});

test("what is down for a moment must begin its time anew", async () => {
  const { clock, see, ask } = runningFor(1_000, runs);
  await ask();
  clock.advance(900);
  see({ ...runs, state: "restarting" });
  expect(await ask()).toEqual({ state: "pending", why: "state restarting" });
  see({ ...runs, restartCount: 1 });
  clock.advance(900);
  expect(await ask()).toMatchObject({ state: "pending" });
});

test("what has run for long by the engine's clock must not be watched again", async () => {
  const startedAt = "2025-12-31T23:00:00.000Z";
  expect(await runningFor(1_000, { ...runs, startedAt }).ask()).toEqual({ state: "ready" });
});
