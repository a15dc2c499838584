import { EventEmitter } from "node:events";
import type { LogLine, ObserveRequest, ServiceChange } from "../../../src/engine/engine.ts";
import { GoatError } from "../../../src/errors/goat-error.ts";
import type { ObservedStack, Origin } from "../../../src/model/observed.ts";
import type { Operation } from "../../../src/model/plan.ts";
import { type Container, type Content, comesBack, isRunning, toChange, toObserved } from "./containers.ts";
import type { ServiceScript, SimulatedEngineOptions } from "./script.ts";

interface Network {
  readonly stack: string;
  readonly key: string;
  readonly id: string;
  readonly fingerprint: string | null;
}

interface Volume {
  readonly stack: string;
  readonly key: string;
  readonly createdAt: string | null;
  readonly origin: Origin | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly content: Content;
}

/** A line of a container, or null for its end. */
export interface Printed {
  readonly id: string;
  readonly line: LogLine | null;
}

/** Everything there is; time is a counter of what happened. */
export interface World {
  readonly options: SimulatedEngineOptions;
  readonly images: Map<string, string>;
  readonly scripts: Map<string, ServiceScript>;
  readonly networks: Map<string, Network>;
  readonly volumes: Map<string, Volume>;
  readonly containers: Container[];
  readonly applied: Operation[];
  /** "changes <stack>" carries a ServiceChange, "lines" a Printed. */
  readonly emitter: EventEmitter;
  ticks: number;
}

export const createWorld = (options: SimulatedEngineOptions): World => ({
  options,
  images: new Map(Object.entries(options.images ?? {})),
  scripts: new Map(Object.entries(options.services ?? {})),
  networks: new Map(),
  volumes: new Map(),
  containers: [],
  applied: [],
  emitter: new EventEmitter().setMaxListeners(0),
  ticks: 0,
});

/** What there is of a stack. */
export const observedOf = (world: World, request: ObserveRequest): ObservedStack => {
  const ofStack = <T extends { readonly stack: string }>(all: ReadonlyMap<string, T>): [string, T][] =>
    [...all].filter(([, { stack }]) => stack === request.stack);
  return {
    name: request.stack,
    services: world.containers.filter(({ stack }) => stack === request.stack).map(toObserved),
    networks: ofStack(world.networks).map(([name, { key, id, fingerprint }]) => ({ key, name, id, fingerprint })),
    volumes: ofStack(world.volumes).map(([name, { key, createdAt, labels, origin }]) => ({
      key,
      name,
      createdAt,
      labels,
      origin,
    })),
    images: Object.fromEntries(request.images.map((image) => [image, world.images.get(image) ?? null])),
  };
};

/** A time later than every one before. */
export const tick = (world: World): string => {
  world.ticks += 1;
  return new Date(Date.UTC(2026, 0, 1) + world.ticks * 1000).toISOString();
};

export const find = (world: World, nameOrId: string): Container | undefined =>
  world.containers.find((container) => container.name === nameOrId || container.id === nameOrId);

/** Throws engine-refused, as an engine does. */
export const need = (world: World, nameOrId: string): Container => {
  const container = find(world, nameOrId);
  if (container === undefined) throw new GoatError("engine-refused", `no such container: ${nameOrId}`);
  return container;
};

const announce = (world: World, container: Container, type: ServiceChange["type"]): void => {
  world.emitter.emit(`changes ${container.stack}`, toChange(container, type));
};

export const print = (world: World, container: Container, line: string, stream: LogLine["stream"] = "stdout"): void => {
  const entry = { service: container.service.name, stream, at: tick(world), line };
  container.log.push(entry);
  world.emitter.emit("lines", { id: container.id, line: entry } satisfies Printed);
};

/** It ends: for good, or to come back at the next observation if its restart policy says so. */
export const end = (
  world: World,
  container: Container,
  code: number,
  options: { stopped?: boolean; oom?: boolean },
) => {
  const back = !options.stopped && comesBack(container, code);
  container.state = back ? "restarting" : "exited";
  container.exitCode = code;
  container.outOfMemory = options.oom ?? false;
  if (options.oom) announce(world, container, "out-of-memory");
  announce(world, container, "died");
  if (!back) world.emitter.emit("lines", { id: container.id, line: null } satisfies Printed);
};

export const holdsPort = (container: Container, port: number): boolean =>
  isRunning(container) && container.service.ports.some((spec) => spec.host === port && spec.protocol === "tcp");

const takenPort = (world: World, container: Container): number | undefined =>
  container.service.ports
    .flatMap((spec) => (spec.host === null ? [] : [spec.host]))
    .find(
      (port) =>
        world.options.takenPorts?.includes(port) ||
        world.containers.some((other) => other !== container && holdsPort(other, port)),
    );

/** Starts it. Throws port-taken, and then the container says so too. */
export const begin = (world: World, container: Container): void => {
  const port = takenPort(world, container);
  if (port !== undefined) {
    container.startError = `port ${port} is already allocated`;
    throw new GoatError("port-taken", `${container.name} cannot start: port ${port} is taken`);
  }
  container.script = world.scripts.get(container.service.name) ?? {};
  const { log = [], health, exit } = container.script;
  container.state = "running";
  container.health = health === undefined ? "none" : "starting";
  container.exitCode = null;
  container.outOfMemory = false;
  container.startError = null;
  container.startedAt = tick(world);
  container.observed = 0;
  announce(world, container, "started");
  for (const line of log) print(world, container, line);
  if (exit !== undefined && !exit.afterObserves) end(world, container, exit.code, { oom: exit.outOfMemory ?? false });
};

/** What a look at a container moves on: its health, its end, its next start. */
export const advance = (world: World, container: Container): void => {
  if (container.state === "restarting") {
    container.restartCount += 1;
    begin(world, container);
    return;
  }
  if (container.state !== "running") return;
  const { exit, health } = container.script;
  container.observed += 1;
  if (container.health === "starting" && health !== undefined && container.observed > (health.afterObserves ?? 0)) {
    container.health = health.becomes;
    announce(world, container, health.becomes);
  }
  if (exit !== undefined && container.observed > (exit.afterObserves ?? 0)) {
    end(world, container, exit.code, { oom: exit.outOfMemory ?? false });
  }
};

export const removed = (world: World, container: Container): void => {
  if (isRunning(container)) end(world, container, 137, { stopped: true });
  world.containers.splice(world.containers.indexOf(container), 1);
  announce(world, container, "removed");
};
