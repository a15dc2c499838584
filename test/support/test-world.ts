import { GoatError } from "../../src/errors/goat-error.ts";
import type { GoatEvent } from "../../src/events/events.ts";
import type { StackSpec } from "../../src/model/stack.ts";
import type { EngineContext } from "../../src/stack/engine-context.ts";
import { type CarriedOut, carryOut } from "../../src/stack/run/execute.ts";
import { type PrepareOptions, prepare } from "../../src/stack/run/prepare.ts";
import { createTestClock, type TestClock } from "./clock.ts";
import { imageId } from "./sample-stack.ts";
import type { SimulatedEngineOptions } from "./simulated-engine/script.ts";
import { SimulatedEngine } from "./simulated-engine/simulated-engine.ts";

export interface TestWorld extends EngineContext {
  readonly engine: SimulatedEngine;
  readonly clock: TestClock;
  readonly events: readonly GoatEvent[];
  readonly abort: AbortController;
  /** Plans and carries out, as `up` does. */
  up(stack: StackSpec, options?: UpOptions): Promise<CarriedOut>;
  /** The finished steps as a user sees them: "ok postgres: created · ready in 1.2 s". */
  lines(): readonly string[];
}

interface UpOptions extends Partial<PrepareOptions> {
  readonly timeoutMs?: number;
  /** Lives in which services were seen ready. */
  readonly proven?: readonly string[];
}

export interface TestWorldOptions extends SimulatedEngineOptions {
  onEvent?(event: GoatEvent, world: TestWorld): void;
}

/** A simulated engine that has the stack's images, a clock nobody waits for, and everything that was emitted. */
export const openTestWorld = (stack: StackSpec, { onEvent, ...options }: TestWorldOptions = {}): TestWorld => {
  const images = Object.fromEntries(
    stack.services.map(({ run }) => run.docker?.image ?? "").map((i) => [i, imageId(i)]),
  );
  const events: GoatEvent[] = [];
  const abort = new AbortController();
  const world: TestWorld = {
    engine: new SimulatedEngine({ images, ...options }),
    clock: createTestClock(),
    signal: abort.signal,
    emit: (event) => {
      events.push(event);
      onEvent?.(event, world);
    },
    events,
    abort,
    up: async (spec, { timeoutMs = null, proven = [], ...rest } = {}) => {
      const prepared = await prepare(spec, { names: [], restart: false, ...rest }, world);
      return carryOut({ ...prepared, proven }, timeoutMs, world);
    },
    lines: () =>
      events.flatMap((event) =>
        event.type === "step-finished" ? [`${event.outcome} ${event.step}: ${event.text}`] : [],
      ),
  };
  return world;
};

/** What a promise was rejected with; fails the test where it was not. */
export const failureOf = async (work: Promise<unknown>): Promise<GoatError> => {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof GoatError) return error;
  throw error ?? new Error("nothing was thrown");
};
