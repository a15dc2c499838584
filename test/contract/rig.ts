import { randomBytes } from "node:crypto";
import type { ApplyIo, Engine } from "../../src/engine/engine.ts";
import type { Operation } from "../../src/model/plan.ts";
import type { ContainerSpec, NetworkSpec, ServiceSpec, StackSpec, VolumeSpec } from "../../src/model/stack.ts";

/** One kind of engine, as the contract drives it. */
export interface Harness {
  readonly name: string;
  /** Why it cannot run here; absent where it can. */
  readonly skip?: string;
  /** Whether something brings a service back that ends, as its restart policy says. */
  readonly restarts: boolean;
  /** Whether a container can be made to stand still. */
  readonly pauses: boolean;
  /** Whether the engine knows when a line was printed that does not say so itself. */
  readonly stampsLines: boolean;
  /** Whether it knows so to less than a second. */
  readonly stampsFinely: boolean;
  /** Whether a container that could not start goes on saying why. */
  readonly keepsStartErrors: boolean;
  /** Whether it prints a complaint of its own where a command ends before its input does. */
  readonly tellsUnreadInput: boolean;
  open(): Promise<Rig>;
}

export interface Rig extends AsyncDisposable {
  readonly engine: Engine;
  /** Has `sh`, `sleep`, `cat` and a numeric root. */
  readonly image: string;
  /** The container's main process prints a line. */
  print(container: string, line: string): Promise<void>;
  /** Makes a running container stand still, as somebody else would; where the engine can. */
  pause?(container: string): Promise<void>;
  /** The same kind of engine, where none answers. */
  unreachable(): Engine;
}

export interface Scene extends AsyncDisposable {
  readonly stack: StackSpec;
  readonly engine: Engine;
  service(name: string, script: string, changes?: ServiceChanges): ServiceSpec;
  apply(operation: Operation): Promise<void>;
  create(service: ServiceSpec, options?: { readonly container?: string; readonly replaces?: string }): Promise<string>;
  /** Created and started; its container's name. */
  run(service: ServiceSpec): Promise<string>;
  start(container: string): Promise<void>;
  stop(container: string, graceMs?: number): Promise<void>;
  remove(container: string): Promise<void>;
  observe(service: string): ReturnType<typeof observeService>;
}

type ServiceChanges = Partial<Omit<ServiceSpec, "name" | "run">> & { readonly docker?: Partial<ContainerSpec> };

export const limitMs = 30_000;

export const io = (): ApplyIo => ({ signal: AbortSignal.timeout(limitMs), progress: () => undefined });

const network = (stack: string, key: string): NetworkSpec => ({
  key,
  name: `${stack}_${key}`,
  external: false,
  driverOptions: {},
  internal: false,
  attachable: false,
  enableIpv6: false,
  labels: {},
});

export const volume = (stack: string, key: string): VolumeSpec => ({
  key,
  name: `${stack}_${key}`,
  external: false,
  driverOptions: {},
  labels: {},
});

export const newStack = (): StackSpec => {
  const name = `goat-contract-${randomBytes(4).toString("hex")}`;
  return {
    name,
    workingDir: "/tmp",
    configFiles: ["/tmp/docker-compose.yml"],
    environmentFiles: [],
    services: [],
    networks: [network(name, "default"), network(name, "public")],
    volumes: [volume(name, "data")],
  };
};

export const toService = (image: string, name: string, script: string, changes: ServiceChanges = {}): ServiceSpec => {
  const { docker, ...rest } = changes;
  return {
    name,
    role: "other",
    environment: {},
    ports: [],
    files: [],
    ready: { kind: "running", forMs: 0 },
    readyTimeoutMs: 1_000,
    stopSignal: null,
    stopGraceMs: 1_000,
    dependsOn: [],
    ...rest,
    run: {
      embedded: { recipe: "command", command: ["sh", "-c", script] },
      docker: {
        image,
        pullPolicy: "missing",
        command: ["sh", "-c", script],
        mounts: [],
        networks: [{ network: "default", aliases: [] }],
        expose: [],
        labels: {},
        restart: { name: "no" },
        ...docker,
      },
    },
  };
};

const observeService = async (engine: Engine, stack: string, service: string) => {
  const { services } = await engine.observe({ stack, images: [] }, AbortSignal.timeout(limitMs));
  return services.find((one) => one.name === service);
};

/** Takes everything of the stack away through the engine itself. */
const clear = async (engine: Engine, stack: string): Promise<void> => {
  const { services, networks, volumes } = await engine.observe({ stack, images: [] }, AbortSignal.timeout(limitMs));
  for (const { container } of services) {
    await engine.apply({ type: "remove-container", container, anonymousVolumes: true }, io());
  }
  for (const { name } of networks) await engine.apply({ type: "remove-network", network: name }, io());
  for (const { name } of volumes) await engine.apply({ type: "remove-volume", volume: name }, io());
};

/** How a container's log is printed to from inside it. */
export const printInside = async (engine: Engine, container: string, line: string): Promise<void> => {
  const command = ["sh", "-c", `echo ${line} > /proc/1/fd/1`];
  const { exitCode, output } = await engine.exec(container, command, AbortSignal.timeout(limitMs));
  if (exitCode !== 0) throw new Error(`cannot print into ${container}: ${output}`);
};

/** A stack of its own with a network, taken away again at the end. */
export const openScene = async (rig: Rig): Promise<Scene> => {
  const { engine, image } = rig;
  const stack = newStack();
  const apply = (operation: Operation): Promise<void> => engine.apply(operation, io());
  const [first] = stack.networks;
  if (first !== undefined) await apply({ type: "create-network", stack, network: first, fingerprint: "n1" });
  const create: Scene["create"] = async (service, options = {}) => {
    const container = options.container ?? `${stack.name}-${service.name}-1`;
    const { replaces } = options;
    const fingerprint = { image: "i1", environment: "e1" };
    const inherit = replaces === undefined ? {} : { replaces };
    await apply({ type: "create-container", stack, service, container, fingerprint, ...inherit });
    return container;
  };
  const start = (container: string): Promise<void> => apply({ type: "start-container", container });
  return {
    stack,
    engine,
    apply,
    create,
    start,
    service: (name, script, changes) => toService(image, name, script, changes),
    async run(service) {
      const container = await create(service);
      await start(container);
      return container;
    },
    stop: (container, graceMs) => apply({ type: "stop-container", container, signal: null, graceMs: graceMs ?? null }),
    remove: (container) => apply({ type: "remove-container", container, anonymousVolumes: true }),
    observe: (service) => observeService(engine, stack.name, service),
    [Symbol.asyncDispose]: () => clear(engine, stack.name),
  };
};
