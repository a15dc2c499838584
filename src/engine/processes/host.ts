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
  /** The products that can run here; any program that the Compose file names can, without one. */
  readonly runtimes: readonly Runtime[];
  /** Where root's projects keep their data. */
  readonly systemData?: string;
}

export interface Host extends HostOptions {
  /** "changes <stack>" carries a ServiceChange. */
  readonly emitter: EventEmitter;
  /** Runs that this process started and that go on -> resolves once their end is written down. */
  readonly children: Map<string, Promise<void>>;
  /** Runs whose end was told already. */
  readonly told: Set<string>;
  /** What stands in an image's place -> its runtime. */
  readonly images: Map<string, Runtime>;
  /** Does one work after the other: whatever reads a record and writes it again. */
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

/** Null where nothing was made yet. */
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

/** Several first steps of a plan need it at once: one makes it. */
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

/** Throws engine-refused, as an engine does. */
export function needIn(host: Host, container: string): { readonly store: ProjectStore; readonly found: Container } {
  const found = findIn(host, container);
  if (found === null) throw new GoatError("engine-refused", `no such container: ${container}`);
  return found;
}

/** True where its process runs: its own one, not a later one with the same id. */
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

/** One run of a container: its process, and no later one. */
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

/** Once for each start: who waits for an end and who causes it may both see it. */
export function announceEnd(host: Host, container: Container, exitCode: number | null): void {
  const key = runKey(container.record);
  if (host.told.has(key)) return;
  host.told.add(key);
  announce(host, container, "died", exitCode);
}

/** Writes down how a container's process ended, and tells it. */
export function noteEnd(host: Host, ended: ContainerRecord, exitCode: number | null): Promise<void> {
  return host.serially(async () => {
    const found = findIn(host, ended.id);
    // It was removed, or runs again, meanwhile.
    if (found === null || runKey(found.found.record) !== runKey(ended)) return;
    const { name, record } = found.found;
    if (record.exitCode === null && exitCode !== null) {
      await writeRecord(found.store, "containers", name, { ...record, exitCode });
    }
    announceEnd(host, found.found, exitCode);
  });
}
