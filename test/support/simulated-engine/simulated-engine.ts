import { on } from "node:events";
import type {
  ApplyIo,
  Engine,
  EngineInfo,
  ExecOptions,
  ExecResult,
  LogLine,
  LogOptions,
  ObserveRequest,
  ServiceChange,
} from "../../../src/engine/engine.ts";
import { GoatError } from "../../../src/errors/goat-error.ts";
import type { ObservedService, ObservedStack } from "../../../src/model/observed.ts";
import type { Operation } from "../../../src/model/plan.ts";
import type { ServiceSpec, StackSpec } from "../../../src/model/stack.ts";
import { type Container, isRunning } from "./containers.ts";
import { operate } from "./operations.ts";
import type { ServiceScript, SimulatedEngineOptions } from "./script.ts";
import {
  advance,
  createWorld,
  end,
  find,
  holdsPort,
  need,
  observedOf,
  type Printed,
  print,
  type World,
} from "./world.ts";

/** What came over an emitter since the call; ends quietly when the signal fires. */
const received = async function* <T>(events: AsyncIterator<T[]>, signal: AbortSignal): AsyncGenerator<T> {
  try {
    for (;;) {
      const { value, done } = await events.next();
      if (done) return;
      yield* value;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    await events.return?.();
  }
};

const byTime = (a: LogLine, b: LogLine): number => ((a.at ?? "") < (b.at ?? "") ? -1 : 1);

const kept = ({ log }: Container, { since, tail }: LogOptions): LogLine[] => {
  const recent = log.filter((line) => since === null || (line.at ?? "") >= since);
  return tail === null ? recent : recent.slice(Math.max(0, recent.length - tail));
};

/** An engine that runs nothing: services do what their script says, when they are looked at. For tests. */
export class SimulatedEngine implements Engine {
  readonly kind = "docker";
  readonly #world: World;

  constructor(options: SimulatedEngineOptions = {}) {
    this.#world = createWorld(options);
  }

  /** Every operation that was asked for and did not fail, in order. */
  get applied(): readonly Operation[] {
    return this.#world.applied;
  }

  /** From its next start on, the service does this. */
  script(service: string, script: ServiceScript): void {
    this.#world.scripts.set(service, script);
  }

  /** A container's process ends by itself. */
  exit(container: string, code: number, options: { readonly outOfMemory?: boolean } = {}): void {
    end(this.#world, need(this.#world, container), code, { oom: options.outOfMemory ?? false });
  }

  /** A running container stands still. */
  pause(container: string): void {
    need(this.#world, container).state = "paused";
  }

  print(container: string, line: string, stream: LogLine["stream"] = "stdout"): void {
    print(this.#world, need(this.#world, container), line, stream);
  }

  setHealth(container: string, health: ObservedService["health"]): void {
    need(this.#world, container).health = health;
  }

  #reach(signal: AbortSignal): void {
    signal.throwIfAborted();
    const { unreachable } = this.#world.options;
    if (unreachable !== undefined) throw new GoatError("engine-unreachable", unreachable);
  }

  async probe(signal: AbortSignal): Promise<EngineInfo> {
    this.#reach(signal);
    return { kind: "docker", version: "1", endpoint: "simulated:", source: "test" };
  }

  fit(stack: StackSpec): StackSpec {
    return stack;
  }

  supports(service: ServiceSpec): { readonly ok: true } | { readonly ok: false; readonly reason: string } {
    return service.run.docker === undefined ? { ok: false, reason: `${service.name} has no image` } : { ok: true };
  }

  async observe(request: ObserveRequest, signal: AbortSignal): Promise<ObservedStack> {
    this.#reach(signal);
    const world = this.#world;
    const containers = world.containers.filter((container) => container.stack === request.stack);
    for (const container of containers) advance(world, container);
    return observedOf(world, request);
  }

  async stacks(signal: AbortSignal): Promise<readonly string[]> {
    this.#reach(signal);
    const { containers, volumes } = this.#world;
    return [...new Set([...containers, ...volumes.values()].map(({ stack }) => stack))].sort();
  }

  async apply(operation: Operation, io: ApplyIo): Promise<void> {
    this.#reach(io.signal);
    await this.#world.options.beforeApply?.(operation, io.signal);
    io.signal.throwIfAborted();
    operate(this.#world, operation, io);
    this.#world.applied.push(operation);
  }

  async *changes(
    stack: string,
    options: { readonly signal: AbortSignal; ready?(): void },
  ): AsyncGenerator<ServiceChange> {
    if (options.signal.aborted) return;
    this.#reach(options.signal);
    const events = on(this.#world.emitter, `changes ${stack}`, { signal: options.signal });
    options.ready?.();
    yield* received<ServiceChange>(events, options.signal);
  }

  async *logs(options: LogOptions): AsyncGenerator<LogLine> {
    if (options.signal.aborted) return;
    this.#reach(options.signal);
    const containers = options.containers.flatMap((asked) => find(this.#world, asked.container) ?? []);
    const live = new Set(containers.flatMap((found) => (options.follow && isRunning(found) ? [found.id] : [])));
    const past = containers.flatMap((container) => kept(container, options)).toSorted(byTime);
    if (live.size === 0) {
      yield* past;
      return;
    }
    const events = on(this.#world.emitter, "lines", { signal: options.signal });
    yield* past;
    for await (const { id, line } of received<Printed>(events, options.signal)) {
      if (line === null) live.delete(id);
      else if (live.has(id)) yield line;
      if (live.size === 0) return;
    }
  }

  async exec(
    container: string,
    command: readonly string[],
    signal: AbortSignal,
    { environment = {}, stdin, onStdout }: ExecOptions = {},
  ): Promise<ExecResult> {
    this.#reach(signal);
    const found = need(this.#world, container);
    if (!isRunning(found)) throw new GoatError("engine-refused", `container ${container} is not running`);
    const pieces: Uint8Array[] = [];
    for await (const piece of stdin ?? []) pieces.push(piece);
    const input = Buffer.concat(pieces).toString();
    const result = (await found.script.exec?.(command, found.volumes, environment, input)) ?? {
      exitCode: 0,
      output: "",
    };
    if (onStdout === undefined) return result;
    await onStdout(Buffer.from(result.output));
    return { ...result, output: "" };
  }

  async portHolder(port: number, signal: AbortSignal): Promise<string | null> {
    this.#reach(signal);
    const holder = this.#world.containers.find((container) => holdsPort(container, port));
    return holder === undefined ? null : `container ${holder.name} of ${holder.stack}`;
  }

  async memory(containers: readonly string[], signal: AbortSignal): Promise<Readonly<Record<string, number>>> {
    this.#reach(signal);
    const running = containers.filter((name) => this.#runs(name));
    return Object.fromEntries(
      running.map((name) => [name, find(this.#world, name)?.script.memoryBytes ?? 64 * 1024 * 1024]),
    );
  }

  #runs(name: string): boolean {
    const container = find(this.#world, name);
    return container !== undefined && isRunning(container);
  }

  async volumeSizes(volumes: readonly string[], signal: AbortSignal): Promise<Readonly<Record<string, number | null>>> {
    this.#reach(signal);
    const size = (name: string): number | null => {
      const content = this.#world.volumes.get(name)?.content;
      return content === undefined ? null : [...content.values()].reduce((sum, text) => sum + text.length, 0);
    };
    return Object.fromEntries(volumes.map((name) => [name, size(name)]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#world.emitter.removeAllListeners();
  }
}
