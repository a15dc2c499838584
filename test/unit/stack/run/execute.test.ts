import { expect, test } from "vitest";
import { GoatError } from "../../../../src/errors/goat-error.ts";
import type { ReadinessSpec } from "../../../../src/model/stack.ts";
import { dependsOn, service, stackOf } from "../../../support/sample-stack.ts";
import type { ServiceScript } from "../../../support/simulated-engine/script.ts";
import { failureOf, openTestWorld } from "../../../support/test-world.ts";

const health: ReadinessSpec = { kind: "engine-health" };
const healthy = (afterObserves = 0): ServiceScript => ({ health: { becomes: "healthy", afterObserves } });
const never: ServiceScript = { health: { becomes: "unhealthy" } };

const postgres = service("postgres", { ready: health });
const litellm = service("litellm", { ready: health, dependsOn: [dependsOn("postgres")] });
const web = service("web", { ready: health, dependsOn: [dependsOn("litellm")] });
const stack = stackOf(postgres, litellm, web);
const allHealthy = { postgres: healthy(), litellm: healthy(), web: healthy() };

test("services must start in the order of their dependencies, each when the one before is ready", async () => {
  const world = openTestWorld(stack, { services: { ...allHealthy, postgres: healthy(3) } });
  await world.up(stack);
  const starts = world.engine.applied.flatMap((op) => (op.type === "start-container" ? [op.container] : []));
  expect(starts).toEqual(["goat-postgres-1", "goat-litellm-1", "goat-web-1"]);
  expect(world.lines()).toEqual([
    "ok postgres: created · ready in 0.1 s",
    "ok litellm: created · ready in 0.0 s",
    "ok web: created · ready in 0.0 s",
  ]);
});

test("a second up must change nothing and tell nothing", async () => {
  const world = openTestWorld(stack, { services: allHealthy });
  await world.up(stack);
  const [operations, lines] = [world.engine.applied.length, world.lines().length];
  await world.up(stack);
  expect(world.engine.applied).toHaveLength(operations);
  expect(world.lines()).toHaveLength(lines);
});

test("a service that exits must fail the run at once, with its status and last lines", async () => {
  const log = ["starting", "", "P1000: Authentication failed"];
  const world = openTestWorld(stack, { services: { ...allHealthy, litellm: { log, exit: { code: 1 } } } });
  const error = await failureOf(world.up(stack));
  expect(error).toMatchObject({
    code: "service-exited",
    exitCode: 5,
    message: "litellm exited with status 1 after 0.0 s",
    service: "litellm",
    evidence: ["P1000: Authentication failed"],
  });
  expect(world.clock.pauses).toEqual([]);
});

test("what needs a failed service must be told as skipped, and never started", async () => {
  const world = openTestWorld(stack, { services: { ...allHealthy, postgres: { exit: { code: 1 } } } });
  await failureOf(world.up(stack));
  expect(world.lines()).toEqual([
    "failed postgres: exited with status 1 after 0.0 s",
    "skipped litellm: skipped: needs postgres",
    "skipped web: skipped: needs litellm",
  ]);
  const starts = world.engine.applied.filter(({ type }) => type === "start-container");
  expect(starts).toEqual([{ type: "start-container", container: "goat-postgres-1" }]);
});

test("a failed up must leave its containers to look at", async () => {
  const world = openTestWorld(stack, { services: { ...allHealthy, litellm: { exit: { code: 1 } } } });
  await failureOf(world.up(stack));
  const { services } = await world.engine.observe({ stack: "goat", images: [] }, world.signal);
  expect(services.map(({ name, state }) => `${name} ${state}`)).toEqual([
    "postgres running",
    "litellm exited",
    "web created",
  ]);
});

test("a service that ran out of memory must be told as that", async () => {
  const services = { ...allHealthy, litellm: { exit: { code: 137, outOfMemory: true } } };
  expect(await failureOf(openTestWorld(stack, { services }).up(stack))).toMatchObject({
    code: "service-out-of-memory",
    message: "litellm was killed: it ran out of memory",
  });
});

test.each(["always", "unless-stopped"] as const)("a crash loop under restart: %s must never be ready", async (name) => {
  const looping = service("looping", {
    ready: { kind: "running", forMs: 1_000 },
    docker: { restart: { name } },
  });
  const world = openTestWorld(stackOf(looping), { services: { looping: { exit: { code: 2, afterObserves: 1 } } } });
  expect(await failureOf(world.up(stackOf(looping)))).toMatchObject({
    code: "service-restarting",
    message: "looping exited with status 2 after 0.0 s and would be restarted again and again",
  });
});

test("a service that dies after it was ready must fail the run, without waiting for the others any longer", async () => {
  const early = service("early", { ready: health });
  const late = service("late", { ready: health });
  const dying = { ...healthy(), exit: { code: 3, afterObserves: 3 } };
  const world = openTestWorld(stackOf(early, late), { services: { early: dying, late: never } });
  expect(await failureOf(world.up(stackOf(early, late)))).toMatchObject({
    code: "service-exited",
    message: "early exited with status 3 after it was ready",
  });
  expect(world.lines()).toEqual(["ok early: created · ready in 0.0 s", "skipped late: stopped waiting"]);
  expect(world.clock.now()).toBeLessThan(1_000);
});

test("when one service fails, the waits for others must end too", async () => {
  const broken = service("broken", { ready: health });
  const slow = service("slow", { ready: health });
  const world = openTestWorld(stackOf(slow, broken), {
    services: { slow: never, broken: { ...never, exit: { code: 1, afterObserves: 4 } } },
  });
  const error = await failureOf(world.up(stackOf(slow, broken)));
  expect(error.service).toBe("broken");
  expect(world.lines()).toEqual(["failed broken: exited with status 1 after 0.1 s", "skipped slow: stopped waiting"]);
});

test("Ctrl-C must end the waits, start nothing more, and leave what runs", async () => {
  const world = openTestWorld(stack, {
    services: { ...allHealthy, postgres: never },
    onEvent: (event, { abort }) => {
      const isHeard = event.type === "step-progress" && event.text.startsWith("its health check");
      if (isHeard) abort.abort(new DOMException("interrupted", "AbortError"));
    },
  });
  await expect(world.up(stack)).rejects.toMatchObject({ name: "AbortError" });
  expect(world.lines()).toEqual([
    "skipped postgres: stopped waiting",
    "skipped litellm: stopped waiting",
    "skipped web: stopped waiting",
  ]);
  const { services } = await world.engine.observe({ stack: "goat", images: [] }, new AbortController().signal);
  expect(services.map(({ state }) => state)).toEqual(["running", "created", "created"]);
});

test("a limit that passes must be told with the service and what was last heard of it", async () => {
  const world = openTestWorld(stack, { services: { ...allHealthy, litellm: { ...never, log: ["still migrating"] } } });
  const error = await failureOf(world.up(stack, { timeoutMs: 20_000 }));
  expect(error).toMatchObject({
    code: "service-not-ready",
    message: "litellm is not ready after 20 s; last: its health check says unhealthy",
    evidence: ["still migrating"],
    fixes: [{ command: "goat-dev logs litellm", effect: "shows the whole log; no cause is known for this" }],
  });
  expect(world.clock.now()).toBeLessThanOrEqual(20_000);
});

test("without --timeout each service must have its own limit", async () => {
  const short = stackOf({ ...postgres, readyTimeoutMs: 3_000 });
  const world = openTestWorld(short, { services: { postgres: never } });
  expect((await failureOf(world.up(short))).message).toContain("not ready after 3 s");
});

test("an operation that the engine refuses must fail the run with the engine's reason", async () => {
  const world = openTestWorld(stack, {
    services: allHealthy,
    beforeApply: (op) => {
      if (op.type === "create-container" && op.service.name === "web")
        throw new GoatError("engine-refused", "no space left on device");
    },
  });
  expect(await failureOf(world.up(stack))).toMatchObject({ code: "engine-refused" });
  expect(world.lines()).toContain("failed web: no space left on device");
});

test("an image that cannot be had must fail before any container starts", async () => {
  const world = openTestWorld(stack, { images: {}, registry: { "postgres:1": "sha256:1" }, services: allHealthy });
  const error = await failureOf(world.up(stack));
  expect(error.code).toBe("image-unavailable");
  expect(world.engine.applied.map(({ type }) => type)).not.toContain("start-container");
});

test("pulls of several images must be one line", async () => {
  const registry = { "postgres:1": "sha256:1", "litellm:1": "sha256:2", "web:1": "sha256:3" };
  const world = openTestWorld(stack, { images: {}, registry, services: allHealthy });
  await world.up(stack);
  expect(world.lines()[0]).toBe("ok images: postgres 100 B pulled · litellm 100 B pulled · web 100 B pulled");
});

test("the path that decided how long it took must name each service once, with its own time", async () => {
  const world = openTestWorld(stack, {
    services: { ...allHealthy },
    beforeApply: (op) => {
      if (op.type === "start-container") world.clock.advance(op.container.includes("litellm") ? 5_000 : 1_000);
    },
  });
  const { path, durationMs } = await world.up(stack);
  expect(path).toEqual([
    { subject: "network", durationMs: 0 },
    { subject: "postgres", durationMs: 1_000 },
    { subject: "litellm", durationMs: 5_000 },
    { subject: "web", durationMs: 1_000 },
  ]);
  expect(durationMs).toBe(7_000);
});

test("a service that is ready once its log says so must be waited for by its whole log", async () => {
  const talkative = service("web", { ready: { kind: "log", pattern: "serving on \\d+" } });
  const world = openTestWorld(stackOf(talkative), { services: { web: { log: ["booting", "serving on 80"] } } });
  await world.up(stackOf(talkative));
  expect(world.lines()).toEqual(["ok web: created · ready in 0.0 s"]);
});

test("a service that this engine cannot run must be refused with why, before anything is made", async () => {
  const { run: _run, ...rest } = service("web");
  const world = openTestWorld(stackOf(postgres), { services: allHealthy });
  const spec = { ...stackOf(postgres), services: [postgres, { ...rest, run: {} }] };
  expect(await failureOf(world.up(spec))).toMatchObject({
    code: "engine-refused",
    service: "web",
    message: "web cannot run here: web has no image",
  });
  expect(world.engine.applied).toEqual([]);
});
