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
import { toLocalService } from "./local-service.ts";
import { observe, portHolder } from "./observe.ts";
import type { LocalService } from "./recipe.ts";
import { fitStack, recipeOf, supportOf } from "./recipes.ts";
import { createWorld, findIn, needIn, runs, type World, type WorldOptions } from "./world.ts";

/** What a recipe's own functions need of the engine. */
interface LocalParts {
  /** Throws engine-refused where there is no such container. */
  local(container: string): LocalService;
  isRunning(container: string): Promise<boolean>;
  start(container: string, signal: AbortSignal): Promise<void>;
  stop(container: string, signal: AbortSignal): Promise<void>;
}

export interface EmbeddedEngineOptions extends WorldOptions {
  localDatabase?(parts: LocalParts): LocalDatabase;
}

/** Services as plain processes of this machine, which outlive the command that starts them. */
class EmbeddedEngine implements Engine {
  readonly kind = "embedded";
  readonly localDatabase?: LocalDatabase;
  readonly #world: World;

  constructor(options: EmbeddedEngineOptions) {
    this.#world = createWorld(options);
    const database = options.localDatabase?.(this.#parts());
    if (database !== undefined) this.localDatabase = database;
  }

  #parts(): LocalParts {
    const world = this.#world;
    const io = (signal: AbortSignal): ApplyIo => ({ signal, progress: () => undefined });
    return {
      local: (container) => {
        const { place, found } = needIn(world, container);
        return toLocalService(found, place);
      },
      isRunning: async (container) => {
        const asked = findIn(world, container);
        return asked !== null && (await runs(asked.found));
      },
      start: (container, signal) => this.apply({ type: "start-container", container }, io(signal)),
      stop: (container, signal) =>
        this.apply({ type: "stop-container", container, signal: null, graceMs: null }, io(signal)),
    };
  }

  #reach(signal: AbortSignal): void {
    signal.throwIfAborted();
    if (this.#world.machine.platform !== "win32") return;
    throw new GoatError("engine-unreachable", "plain local processes need Linux or macOS", {
      fixes: [{ command: "goat-dev up --engine docker", effect: "runs the services in Docker" }],
    });
  }

  async probe(signal: AbortSignal): Promise<EngineInfo> {
    this.#reach(signal);
    const { machine, stateDir } = this.#world;
    return { kind: "embedded", version: machine.version, endpoint: stateDir, source: "plain local processes" };
  }

  fit(stack: StackSpec): StackSpec {
    const { recipes, images } = this.#world;
    for (const service of stack.services) {
      const recipe = recipeOf(recipes, service);
      if (recipe !== undefined) images.set(recipe.image(service), recipe);
    }
    return fitStack(recipes, stack);
  }

  supports(service: ServiceSpec): { readonly ok: true } | { readonly ok: false; readonly reason: string } {
    return supportOf(this.#world.recipes, service);
  }

  async observe(request: ObserveRequest, signal: AbortSignal): Promise<ObservedStack> {
    this.#reach(signal);
    return observe(this.#world, request);
  }

  async apply(operation: Operation, io: ApplyIo): Promise<void> {
    this.#reach(io.signal);
    const { apply } = await import("./apply.ts");
    await apply(this.#world, operation, io);
  }

  async *changes(
    stack: string,
    options: { readonly signal: AbortSignal; ready?(): void },
  ): AsyncGenerator<ServiceChange> {
    if (options.signal.aborted) return;
    this.#reach(options.signal);
    const { changes } = await import("./changes.ts");
    yield* changes(this.#world, stack, options);
  }

  async *logs(options: LogOptions): AsyncGenerator<LogLine> {
    if (options.signal.aborted) return;
    this.#reach(options.signal);
    const { logs } = await import("./logs.ts");
    yield* logs(this.#world, options);
  }

  async exec(
    container: string,
    command: readonly string[],
    signal: AbortSignal,
    options?: ExecOptions,
  ): Promise<ExecResult> {
    this.#reach(signal);
    const { exec } = await import("./exec.ts");
    return exec(this.#world, container, command, signal, options);
  }

  async portHolder(port: number, signal: AbortSignal): Promise<string | null> {
    this.#reach(signal);
    return portHolder(this.#world, port);
  }

  async memory(containers: readonly string[], signal: AbortSignal): Promise<Readonly<Record<string, number>>> {
    this.#reach(signal);
    const { memory } = await import("./usage.ts");
    return memory(this.#world, containers);
  }

  async volumeSizes(volumes: readonly string[], signal: AbortSignal): Promise<Readonly<Record<string, number | null>>> {
    this.#reach(signal);
    const { volumeSizes } = await import("./usage.ts");
    return volumeSizes(this.#world, volumes);
  }

  /** Ends are written down; the processes go on. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#world.serially(async () => undefined);
    this.#world.emitter.removeAllListeners();
  }
}

export const createEmbeddedEngine = (options: EmbeddedEngineOptions): Engine => new EmbeddedEngine(options);
