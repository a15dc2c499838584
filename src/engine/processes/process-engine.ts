import { GoatError } from "../../errors/goat-error.ts";
import type { ObservedStack } from "../../model/observed.ts";
import type { Operation } from "../../model/plan.ts";
import type { ServiceSpec, StackSpec } from "../../model/stack.ts";
import type {
  ApplyIo,
  Engine,
  EngineInfo,
  ExecOptions,
  ExecResult,
  LocalDatabase,
  LogLine,
  LogOptions,
  ObserveRequest,
  ServiceChange,
} from "../engine.ts";
import { createHost, findIn, type Host, type HostOptions, needIn, runs } from "./host.ts";
import { toLocalService } from "./local-service.ts";
import { changes, memory, observe, portHolder, stacks, volumeSizes } from "./observe.ts";
import type { ServiceControl } from "./runtime.ts";
import { commandRuntime, fitStack, runtimeOf, supportOf } from "./runtimes.ts";

/** Services as plain processes of this machine, which outlive the command that starts them. */
class ProcessEngine implements Engine {
  readonly kind = "embedded";
  readonly localDatabase?: LocalDatabase;
  readonly #host: Host;

  constructor(options: HostOptions) {
    this.#host = createHost({ ...options, runtimes: [...options.runtimes, commandRuntime] });
    const [database] = options.runtimes.flatMap((runtime) => runtime.localDatabase?.(this.#control()) ?? []);
    if (database !== undefined) this.localDatabase = database;
  }

  #control(): ServiceControl {
    const host = this.#host;
    const io = (signal: AbortSignal): ApplyIo => ({ signal, progress: () => undefined });
    return {
      local: (container) => {
        const { store, found } = needIn(host, container);
        return toLocalService(found, store);
      },
      isRunning: async (container) => {
        const asked = findIn(host, container);
        return asked !== null && (await runs(asked.found));
      },
      start: (container, signal) => this.apply({ type: "start-container", container }, io(signal)),
      stop: (container, signal) =>
        this.apply({ type: "stop-container", container, signal: null, graceMs: null }, io(signal)),
    };
  }

  #reach(signal: AbortSignal): void {
    signal.throwIfAborted();
    if (this.#host.machine.platform !== "win32") return;
    throw new GoatError("engine-unreachable", "plain local processes need Linux or macOS", {
      fixes: [{ command: "goat-dev up --engine docker", effect: "runs the services in Docker" }],
    });
  }

  async probe(signal: AbortSignal): Promise<EngineInfo> {
    this.#reach(signal);
    const { machine, stateDir } = this.#host;
    return { kind: "embedded", version: machine.version, endpoint: stateDir, source: "plain local processes" };
  }

  fit(stack: StackSpec): StackSpec {
    const { runtimes, images } = this.#host;
    for (const service of stack.services) {
      const runtime = runtimeOf(runtimes, service);
      if (runtime !== undefined) images.set(runtime.image(service), runtime);
    }
    return fitStack(runtimes, stack);
  }

  supports(service: ServiceSpec): { readonly ok: true } | { readonly ok: false; readonly reason: string } {
    return supportOf(this.#host.runtimes, service);
  }

  async observe(request: ObserveRequest, signal: AbortSignal): Promise<ObservedStack> {
    this.#reach(signal);
    return observe(this.#host, request);
  }

  async stacks(signal: AbortSignal): Promise<readonly string[]> {
    this.#reach(signal);
    return stacks(this.#host);
  }

  async apply(operation: Operation, io: ApplyIo): Promise<void> {
    this.#reach(io.signal);
    const { apply } = await import("./apply.ts");
    await apply(this.#host, operation, io);
  }

  async *changes(
    stack: string,
    options: { readonly signal: AbortSignal; ready?(): void },
  ): AsyncGenerator<ServiceChange> {
    if (options.signal.aborted) return;
    this.#reach(options.signal);
    yield* changes(this.#host, stack, options);
  }

  async *logs(options: LogOptions): AsyncGenerator<LogLine> {
    if (options.signal.aborted) return;
    this.#reach(options.signal);
    const { logs } = await import("./logs.ts");
    yield* logs(this.#host, options);
  }

  async exec(
    container: string,
    command: readonly string[],
    signal: AbortSignal,
    options?: ExecOptions,
  ): Promise<ExecResult> {
    this.#reach(signal);
    const { exec } = await import("./exec.ts");
    return exec(this.#host, container, command, signal, options);
  }

  async portHolder(port: number, signal: AbortSignal): Promise<string | null> {
    this.#reach(signal);
    return portHolder(this.#host, port);
  }

  async memory(containers: readonly string[], signal: AbortSignal): Promise<Readonly<Record<string, number>>> {
    this.#reach(signal);
    return memory(this.#host, containers);
  }

  async volumeSizes(volumes: readonly string[], signal: AbortSignal): Promise<Readonly<Record<string, number | null>>> {
    this.#reach(signal);
    return volumeSizes(this.#host, volumes);
  }

  /** Waits until records are written; the services' processes keep running. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#host.serially(async () => undefined);
    this.#host.emitter.removeAllListeners();
  }
}

export function createProcessEngine(options: HostOptions): Engine {
  return new ProcessEngine(options);
}
