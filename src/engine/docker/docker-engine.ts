import { readFile } from "node:fs/promises";
import type Docker from "dockerode";
import { GoatError } from "../../errors/goat-error.ts";
import { onPodman } from "../../errors/podman.ts";
import type { ObservedStack } from "../../model/observed.ts";
import type { Operation } from "../../model/plan.ts";
import type { ServiceSpec, StackSpec } from "../../model/stack.ts";
import { type Clock, systemClock } from "../../platform/clock.ts";
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
} from "../engine.ts";
import { changes } from "./changes.ts";
import { readConfigFile } from "./config-file.ts";
import { type Connection, connect } from "./connect.ts";
import { discover, hasEngine } from "./discover.ts";
import { inspectImage, observe, stacks } from "./observe.ts";
import { withHostGateway, withOwnChecks } from "./podman.ts";
import { proxiesFor, withProxies } from "./proxies.ts";
import type { RegistryLogin } from "./registry-auth.ts";
import { localMemory, memory, portHolder, readNow, volumeSizes } from "./usage.ts";

export interface DockerEngineOptions {
  /** The --docker-host flag. */
  readonly dockerHost?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly clock?: Clock;
}

type Connected = Connection & { readonly signal: AbortSignal };

type Op<T extends Operation["type"]> = Extract<Operation, { type: T }>;

/** An engine over dockerode and its own reader; nothing is loaded or connected before the first call. */
export function createDockerEngine(options: DockerEngineOptions): Engine {
  return new DockerEngine(options);
}

/**
 * Docker, or another engine that has its API. Connects at first use; the code that changes something or reads logs is
 * loaded only when it is needed.
 */
class DockerEngine implements Engine {
  readonly kind = "docker";
  readonly #options: DockerEngineOptions;
  #connection: Promise<Connection> | null = null;
  /** The proxy variables of containers; known once connected. */
  #proxies: Readonly<Record<string, string>> = {};
  /** Known once connected. */
  #isPodman = false;
  /** Container -> id, as last seen. */
  readonly #ids = new Map<string, string>();

  constructor(options: DockerEngineOptions) {
    this.#options = options;
  }

  /** The connection, with a signal that also fires when the engine has stopped answering. */
  async #connected(signal: AbortSignal): Promise<Connected> {
    const connection = this.#connection ?? this.#connect(signal);
    this.#connection = connection;
    // A failed connection is not kept: the engine may be started before the next call.
    connection.catch(() => {
      if (this.#connection === connection) this.#connection = null;
    });
    const connected = await connection;
    return { ...connected, signal: AbortSignal.any([signal, connected.lost]) };
  }

  async #connect(signal: AbortSignal): Promise<Connection> {
    const source = { ...this.#options, readFile: readText };
    const connection = await connect(await discover(source), signal, { isInstalled: () => hasEngine(source.env) });
    this.#isPodman = connection.about.product === "Podman";
    this.#proxies = proxiesFor(connection.candidate.endpoint, await readConfigFile(source), source.env);
    return connection;
  }

  /** The connection, or null once the signal has fired: streams then end without an error. */
  #unlessAborted(signal: AbortSignal): Promise<Connected | null> {
    return this.#connected(signal).catch((error: unknown) => {
      if (signal.aborted) return null;
      throw error;
    });
  }

  async probe(signal: AbortSignal): Promise<EngineInfo> {
    const { about, candidate } = await this.#connected(signal);
    return { kind: "docker", ...about, endpoint: candidate.endpoint, source: candidate.source };
  }

  fit(stack: StackSpec): StackSpec {
    const fit = withProxies(stack, this.#proxies);
    return this.#isPodman ? withOwnChecks(fit) : fit;
  }

  supports(service: ServiceSpec): { readonly ok: true } | { readonly ok: false; readonly reason: string } {
    return service.run.docker === undefined ? { ok: false, reason: `${service.name} has no image` } : { ok: true };
  }

  async observe(request: ObserveRequest, outer: AbortSignal): Promise<ObservedStack> {
    const connection = await this.#connected(outer);
    const observed = await inOwnWords(connection, () => observe(connection.reader, request, connection.signal));
    for (const { container, handle } of observed.services) this.#ids.set(container, handle);
    return observed;
  }

  async stacks(signal: AbortSignal): Promise<readonly string[]> {
    const connection = await this.#connected(signal);
    return stacks(connection.reader, connection.signal);
  }

  async apply(operation: Operation, { signal, progress }: ApplyIo): Promise<void> {
    const connection = await this.#connected(signal);
    await inOwnWords(connection, () => this.#apply(connection, operation, progress));
  }

  async #apply(connection: Connected, operation: Operation, progress: ApplyIo["progress"]): Promise<void> {
    const io = { signal: connection.signal, progress };
    const docker = await connection.docker();
    if (operation.type === "pull-image") return this.#pull(docker, operation, io);
    if (operation.type === "build-image") return this.#build(connection, operation, io);
    const { apply } = await import("./apply.ts");
    const fit =
      operation.type === "create-container" ? await withHostGateway(operation, connection, io.signal) : operation;
    return apply(docker, connection.reader, fit, io);
  }

  async #pull(docker: Docker, operation: Op<"pull-image">, io: ApplyIo): Promise<void> {
    const { pull } = await import("./pull.ts");
    const { clock = systemClock } = this.#options;
    const login = (image: string, signal: AbortSignal) => this.#login(image, signal);
    await pull(docker, operation, { clock, random: Math.random, login }, io);
  }

  async #build({ docker: load, reader, about }: Connection, operation: Op<"build-image">, io: ApplyIo): Promise<void> {
    const [docker, { build }] = await Promise.all([load(), import("./build.ts")]);
    await build(
      docker,
      operation,
      {
        isBuildKit: about.product !== "Podman" && isWished(this.#options.env["DOCKER_BUILDKIT"]),
        isLocked: async (image, signal) =>
          (await this.#login(image, signal)).auth !== null && (await inspectImage(reader, image, signal)) === null,
        pull: (image, inner) => this.#pull(docker, { type: "pull-image", image }, inner),
      },
      io,
    );
  }

  async #login(image: string, signal: AbortSignal): Promise<RegistryLogin> {
    const { registryLogin } = await import("./registry-auth.ts");
    return registryLogin(image, { ...this.#options, readFile: readText }, signal);
  }

  async *changes(
    stack: string,
    options: { readonly signal: AbortSignal; ready?(): void },
  ): AsyncGenerator<ServiceChange> {
    const connection = await this.#unlessAborted(options.signal);
    if (connection === null) return;
    yield* changes(connection.reader, stack, { ...options, signal: connection.signal });
    connection.lost.throwIfAborted();
  }

  async *logs(options: LogOptions): AsyncGenerator<LogLine> {
    const connection = await this.#unlessAborted(options.signal);
    const { logs } = await import("./logs.ts");
    if (connection === null) return;
    yield* logs(connection.reader, { ...options, signal: connection.signal });
    connection.lost.throwIfAborted();
  }

  async exec(
    container: string,
    command: readonly string[],
    outer: AbortSignal,
    options?: ExecOptions,
  ): Promise<ExecResult> {
    const connection = await this.#connected(outer);
    const { exec } = await import("./exec.ts");
    const docker = await connection.docker();
    return inOwnWords(connection, () => exec(docker, container, command, connection.signal, options));
  }

  async portHolder(port: number, outer: AbortSignal): Promise<string | null> {
    const { reader, signal } = await this.#connected(outer);
    return portHolder(reader, port, signal);
  }

  async memory(containers: readonly string[], outer: AbortSignal): Promise<Readonly<Record<string, number>>> {
    const local = (container: string): number | null => {
      const id = this.#ids.get(container);
      return id === undefined ? null : localMemory(id, readNow);
    };
    const { reader, about, signal } = await this.#connected(outer);
    return memory(reader, { containers, local, isPodman: about.product === "Podman" }, signal);
  }

  async volumeSizes(volumes: readonly string[], outer: AbortSignal): Promise<Readonly<Record<string, number | null>>> {
    const { reader, signal } = await this.#connected(outer);
    return volumeSizes(reader, volumes, signal);
  }

  /** Closes idle connections, which would keep the process alive. */
  async [Symbol.asyncDispose](): Promise<void> {
    const connection = await this.#connection?.catch(() => null);
    this.#connection = null;
    connection?.close();
  }
}

/** Where the engine is Podman, the fixes of a failure name Podman's commands instead of Docker's. */
async function inOwnWords<T>({ about }: Connection, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw about.product === "Podman" && error instanceof GoatError ? onPodman(error) : error;
  }
}

/** True unless DOCKER_BUILDKIT switches BuildKit off, with "0" or "false". */
function isWished(value = ""): boolean {
  return !["0", "false"].includes(value.toLowerCase());
}

function readText(path: string): Promise<string | null> {
  return readFile(path, "utf8").catch(() => null);
}
