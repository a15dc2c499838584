import { EventEmitter } from "node:events";
import { GoatError } from "../../errors/goat-error.ts";
import type { Clock } from "../../platform/clock.ts";
import { isRunning, stillRunning } from "../../platform/process-identity.ts";
import type { ServiceChange } from "../engine.ts";
import { findStore, makeStore, type ProjectStore } from "./project-store.ts";
import { type Container, type ContainerRecord, findContainer, readRecords, writeRecord } from "./records.ts";
import type { Machine, Runtime } from "./runtime.ts";

export interface HostOptions {
  readonly machine: Machine;
  /** The project's `.goat-dev`. */
  readonly stateDir: string;
  readonly clock: Clock;
  /** The products that can run here; a command that the Compose file names needs none of these. */
  readonly runtimes: readonly Runtime[];
  /** Where root's projects keep their data. */
  readonly systemData?: string;
}

export interface Host extends HostOptions {
  /** "changes <stack>" carries a ServiceChange. */
  readonly emitter: EventEmitter;
  /** Run key -> promise that resolves once its end is recorded; for runs that this process started and that go on. */
  readonly children: Map<string, Promise<void>>;
  /** Keys of the runs whose end was announced already. */
  readonly told: Set<string>;
  /** The name that a runtime uses in an image's place -> that runtime. */
  readonly images: Map<string, Runtime>;
  /** Runs one piece of work at a time; for all work that reads a record and writes it back. */
  serially<T>(work: () => Promise<T>): Promise<T>;
}

export function createHost(options: HostOptions): Host {
  let last: Promise<unknown> = Promise.resolve();
  return {
    ...options,
    emitter: new EventEmitter().setMaxListeners(0),
    children: new Map(),
    told: new Set(),
    images: new Map(),
    serially: (work) => {
      const next = last.then(work, work);
      last = next.catch(() => undefined);
      return next;
    },
  };
}

/** The project's store; null where it was not made yet. */
export function storeOf(host: Host): ProjectStore | null {
  return findStore(storeOptions(host));
}

function storeOptions({ stateDir, machine, systemData }: Host) {
  return {
    stateDir,
    uid: machine.uid,
    systemData: systemData ?? "/var/lib/goat-dev",
  };
}

/** The project's store, made where it is missing. Serial, because several steps of a plan may ask for it at once. */
export function ensureStore(host: Host): Promise<ProjectStore> {
  return host.serially(() => makeStore(storeOptions(host)));
}

export function findIn(
  host: Host,
  container: string,
): { readonly store: ProjectStore; readonly found: Container } | null {
  const store = storeOf(host);
  const found = store === null ? undefined : findContainer(store, container);
  return store === null || found === undefined ? null : { store, found };
}

/** Throws engine-refused where there is no such container. */
export function needIn(host: Host, container: string): { readonly store: ProjectStore; readonly found: Container } {
  const found = findIn(host, container);
  if (found === null) throw new GoatError("engine-refused", `no such container: ${container}`);
  return found;
}

/** True where the container's own process runs; a later process with the same id does not count. */
export async function runs({ record }: Container): Promise<boolean> {
  return record.process !== null && record.exitCode === null && isRunning(record.process);
}

/** Those of these containers that run. */
export async function running(containers: readonly Container[]): Promise<readonly Container[]> {
  const open = containers.filter(({ record }) => record.exitCode === null);
  const alive = await stillRunning(open.flatMap(({ record }) => record.process ?? []));
  return open.filter(({ record }) => record.process !== null && alive.has(record.process));
}

export function allContainers(host: Host): readonly Container[] {
  const store = storeOf(host);
  return store === null ? [] : readRecords(store, "containers");
}

/** A key for one run of a container: every start has another one. */
export function runKey({ id, process: main }: ContainerRecord): string {
  return `${id} ${main?.pid} ${main?.startTime} ${main?.bootId}`;
}

export function announce(
  host: Host,
  { name, record }: Container,
  type: ServiceChange["type"],
  exitCode: number | null = null,
): void {
  const change: ServiceChange = { service: record.service, handle: record.id, container: name, type, exitCode };
  host.emitter.emit(`changes ${record.stack}`, change);
}

/** Announces the end of a run once, though both the code that waits for it and the code that causes it may see it. */
export function announceEnd(host: Host, container: Container, exitCode: number | null): void {
  const key = runKey(container.record);
  if (host.told.has(key)) return;
  host.told.add(key);
  announce(host, container, "died", exitCode);
}

/** Records how a container's process ended, and announces it. */
export function noteEnd(host: Host, ended: ContainerRecord, exitCode: number | null): Promise<void> {
  return host.serially(async () => {
    const found = findIn(host, ended.id);
    // The container was removed or started again meanwhile.
    if (found === null || runKey(found.found.record) !== runKey(ended)) return;
    const { name, record } = found.found;
    if (record.exitCode === null && exitCode !== null) {
      await writeRecord(found.store, "containers", name, { ...record, exitCode });
    }
    announceEnd(host, found.found, exitCode);
  });
}
