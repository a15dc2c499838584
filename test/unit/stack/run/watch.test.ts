import { expect, test } from "vitest";
import { GoatError } from "../../../../src/errors/goat-error.ts";
import { type Death, isDeath, noWatch, startWatch } from "../../../../src/stack/run/watch.ts";
import { service, stackOf } from "../../../support/sample-stack.ts";
import { SimulatedEngine } from "../../../support/simulated-engine/simulated-engine.ts";
import { openTestWorld } from "../../../support/test-world.ts";

const spec = stackOf(service("db"));
const container = "goat-db-1";

const open = async () => {
  const world = openTestWorld(spec);
  await world.up(spec);
  return { ...world, watch: await startWatch(world.engine, "goat", world.signal) };
};

const apply = (engine: SimulatedEngine, type: "start-container" | "stop-container"): Promise<void> =>
  engine.apply(type === "start-container" ? { type, container } : { type, container, signal: null, graceMs: null }, {
    signal: new AbortController().signal,
    progress: () => undefined,
  });

const deathIn = (signal: AbortSignal): Promise<Death | null> =>
  new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve(isDeath(signal.reason) ? signal.reason : null), { once: true });
  });

test("a container that ends must be told with its exit code", async () => {
  const { engine, watch } = await open();
  await using _watch = watch;
  const death = deathIn(watch.deathOf(container, { starting: false }));
  engine.exit(container, 7);
  expect(await death).toEqual({ exitCode: 7, outOfMemory: false });
});

test("memory that ran out must be told with the end that it caused", async () => {
  const { engine, watch } = await open();
  await using _watch = watch;
  const death = deathIn(watch.deathOf(container, { starting: false }));
  engine.exit(container, 137, { outOfMemory: true });
  expect(await death).toEqual({ exitCode: 137, outOfMemory: true });
});

test("the end of the stop that comes before a start must not count, the next one must", async () => {
  const { engine, watch } = await open();
  await using _watch = watch;
  const death = deathIn(watch.deathOf(container, { starting: true }));
  await apply(engine, "stop-container");
  await apply(engine, "start-container");
  engine.exit(container, 9);
  expect(await death).toMatchObject({ exitCode: 9 });
});

test("the end of a process must be told, also where it was stopped", async () => {
  const { engine, watch } = await open();
  await using _watch = watch;
  const end = watch.endOf(container);
  expect(watch.endOf(container)).toBe(end);
  const told = new Promise((resolve) => end.addEventListener("abort", resolve, { once: true }));
  await apply(engine, "stop-container");
  await told;
  expect(watch.endOf("goat-other-1").aborted).toBe(false);
});

test("a container that is taken away must be told as that", async () => {
  const { engine, watch } = await open();
  await using _watch = watch;
  const removal = watch.removalOf(container);
  expect(watch.removalOf(container)).toBe(removal);
  const told = new Promise((resolve) => removal.addEventListener("abort", resolve, { once: true }));
  await engine.apply(
    { type: "remove-container", container, anonymousVolumes: false },
    { signal: AbortSignal.timeout(5_000), progress: () => undefined },
  );
  await told;
  expect(watch.removalOf("goat-other-1").aborted).toBe(false);
});

test("ends of other containers must not be told", async () => {
  const { engine, watch } = await open();
  const other = watch.deathOf("goat-other-1", { starting: false });
  const own = deathIn(watch.deathOf(container, { starting: false }));
  engine.exit(container, 1);
  await own;
  expect(other.aborted).toBe(false);
  await watch[Symbol.asyncDispose]();
});

test("every question about a container must get the same answer", async () => {
  const { engine, watch } = await open();
  await using _watch = watch;
  const first = watch.deathOf(container, { starting: true });
  expect(watch.deathOf(container, { starting: false })).toBe(first);
  await apply(engine, "stop-container");
});

test("an engine that cannot be listened to must fail the watch, not leave it waiting", async () => {
  const engine = new SimulatedEngine({ unreachable: "no engine answers" });
  await expect(startWatch(engine, "goat", new AbortController().signal)).rejects.toBeInstanceOf(GoatError);
});

test("an interrupted watch must end quietly", async () => {
  const world = openTestWorld(spec);
  const watch = await startWatch(world.engine, "goat", world.signal);
  world.abort.abort();
  await watch[Symbol.asyncDispose]();
});

test("a plan that starts nothing needs no watch: nothing ever ends there", () => {
  expect(noWatch.deathOf("goat-db-1", { starting: false }).aborted).toBe(false);
});

test("an engine that goes away must be told at once, with its error or as gone, but not where the watch was given up", async () => {
  const { engine, signal } = openTestWorld(spec);
  const lostAfter = async (end: () => void): Promise<unknown> => {
    let goOn = (): void => {};
    const held = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const changes = async function* (_stack: string, { ready }: { ready?(): void }) {
      ready?.();
      await held;
      yield* [];
      end();
    };
    await using watch = await startWatch(Object.assign(Object.create(engine), { changes }), "goat", signal);
    const lost = new Promise((resolve) => {
      watch.lost.addEventListener("abort", () => resolve(watch.lost.reason), { once: true });
    });
    goOn();
    return await lost;
  };
  const broken = new GoatError("engine-unreachable", "connection lost");
  const breakOff = (): void => {
    throw broken;
  };
  expect(await lostAfter(breakOff)).toBe(broken);
  expect(await lostAfter(() => {})).toMatchObject({ code: "engine-unreachable", exitCode: 3 });

  const own = await startWatch(engine, "goat", signal);
  await own[Symbol.asyncDispose]();
  expect(own.lost.aborted).toBe(false);
});
