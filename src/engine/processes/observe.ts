import { on } from "node:events";
import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { ObservedService, ObservedStack, Origin } from "../../model/observed.ts";
import { type ProcessIdentity, stoppedAmong } from "../../platform/process-identity.ts";
import { allProcesses, residentBytes, withDescendants } from "../../platform/process-table.ts";
import type { ObserveRequest, ServiceChange } from "../engine.ts";
import { allContainers, announceEnd, type Host, runKey, running, storeOf } from "./host.ts";
import { volumeFolder } from "./project-store.ts";
import { type Container, readRecord, readRecords, toOrigin } from "./records.ts";

/** The state of a stack: its records, compared with the processes that run. */
export async function observe(host: Host, { stack, images }: ObserveRequest): Promise<ObservedStack> {
  const [{ all, alive }, found] = await Promise.all([look(host), imageIds(host, images)]);
  const stopped = await stoppedAmong(alive.flatMap(({ record }) => record.process ?? []));
  const store = storeOf(host);
  const originOf = (record: { readonly origin?: Origin }) => (store === null ? null : toOrigin(store, record.origin));
  const networks = store === null ? [] : readRecords(store, "networks");
  const volumes = store === null ? [] : readRecords(store, "volumes");
  return {
    name: stack,
    services: all
      .filter(({ record }) => record.stack === stack)
      .map((container) => toObserved(container, stateOf(container, alive, stopped), originOf(container.record))),
    networks: networks
      .filter(({ record }) => record.stack === stack)
      .map(({ name, record: { key, id, fingerprint } }) => ({ key, name, id, fingerprint })),
    volumes: volumes
      .filter(({ record }) => record.stack === stack)
      .map(({ name, record }) => {
        const { key, createdAt, labels } = record;
        return { key, name, createdAt, labels, origin: originOf(record) };
      }),
    images: found,
  };
}

/** The stacks of this project's records. */
export function stacks(host: Host): readonly string[] {
  const store = storeOf(host);
  if (store === null) return [];
  const records = [...readRecords(store, "containers"), ...readRecords(store, "volumes")];
  return [...new Set(records.map(({ record }) => record.stack))].sort();
}

/**
 * All containers, and those whose process runs. Waits for ends that this process has not recorded yet: it started these
 * containers, so only it knows their exit status.
 */
async function look(host: Host): Promise<{ readonly all: readonly Container[]; readonly alive: readonly Container[] }> {
  const all = allContainers(host);
  const alive = await running(all);
  const ending = all.filter(
    (one) => one.record.exitCode === null && one.record.process !== null && !alive.includes(one),
  );
  const unnoted = ending.flatMap(({ record }) => host.children.get(runKey(record)) ?? []);
  if (unnoted.length === 0) return { all, alive };
  await Promise.all(unnoted);
  return look(host);
}

async function imageIds(host: Host, images: readonly string[]): Promise<ObservedStack["images"]> {
  const found = images.map(async (image) => [image, (await host.images.get(image)?.installed()) ?? null] as const);
  return Object.fromEntries(await Promise.all(found));
}

function toObserved(
  { name, record }: Container,
  state: ObservedService["state"],
  origin: Origin | null,
): ObservedService {
  return {
    name: record.service,
    handle: record.id,
    container: name,
    state,
    health: "none",
    exitCode: state === "exited" ? record.exitCode : null,
    oomKilled: false,
    startError: record.startError,
    startedAt: record.process?.startedAt ?? null,
    restartCount: 0,
    image: record.image,
    imageId: record.imageId,
    fingerprint: record.fingerprint,
    files: record.files,
    networks: record.networks,
    ports: record.ports,
    ...(state !== "exited" && record.process !== null ? { pid: record.process.pid } : {}),
    ...(record.process === null ? {} : { group: record.process.pid }),
    peers: Object.fromEntries(record.addresses.map(({ service, port, here }) => [`${service}:${port}`, portIn(here)])),
    oneOff: false,
    origin,
  };
}

/** The port of an address such as "127.0.0.1:15432". */
function portIn(here: string): number {
  return Number(here.slice(here.lastIndexOf(":") + 1));
}

function stateOf(
  container: Container,
  alive: readonly Container[],
  stopped: ReadonlySet<ProcessIdentity>,
): ObservedService["state"] {
  const { process: main } = container.record;
  if (main === null) return "created";
  if (!alive.includes(container)) return "exited";
  return stopped.has(main) ? "paused" : "running";
}

export async function portHolder(host: Host, port: number): Promise<string | null> {
  const holder = (await running(allContainers(host))).find(({ record }) =>
    record.ports.some((one) => one.host === port && one.protocol === "tcp"),
  );
  return holder === undefined ? null : `container ${holder.name} of ${holder.record.stack}`;
}

/** Container -> resident bytes of its processes. */
export async function memory(host: Host, containers: readonly string[]): Promise<Readonly<Record<string, number>>> {
  const alive = (await running(allContainers(host))).filter(
    ({ name, record }) => containers.includes(name) || containers.includes(record.id),
  );
  if (alive.length === 0) return {};
  const rows = await allProcesses();
  return Object.fromEntries(
    alive.map(({ name, record }) => [
      containers.includes(name) ? name : record.id,
      residentBytes(withDescendants(rows, record.process?.pid ?? 0)),
    ]),
  );
}

export async function volumeSizes(
  host: Host,
  volumes: readonly string[],
): Promise<Readonly<Record<string, number | null>>> {
  const store = storeOf(host);
  const size = async (name: string): Promise<number | null> =>
    store === null || readRecord(store, "volumes", name) === undefined ? null : sizeOf(volumeFolder(store, name));
  return Object.fromEntries(await Promise.all(volumes.map(async (name) => [name, await size(name)] as const)));
}

/** Bytes of a file or of all files in a folder; what is removed meanwhile counts as 0. */
async function sizeOf(path: string): Promise<number> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) return 0;
  if (!found.isDirectory()) return found.blocks > 0 ? found.blocks * 512 : found.size;
  const entries = await readdir(path).catch(() => []);
  let sum = 0;
  for (const entry of entries) sum += await sizeOf(join(path, entry));
  return sum;
}

/** Changes of a stack's containers from the call on; ends quietly when the signal fires. */
export async function* changes(
  host: Host,
  stack: string,
  options: { readonly signal: AbortSignal; ready?(): void },
): AsyncGenerator<ServiceChange> {
  if (options.signal.aborted) return;
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const events: AsyncIterator<ServiceChange[]> = on(host.emitter, `changes ${stack}`, { signal });
  const first = await aliveOf(host, stack);
  const watching = watchOthers(host, stack, first, signal).catch((error: unknown) => stop.abort(error));
  options.ready?.();
  try {
    for (;;) {
      const { value, done } = await events.next();
      if (done) return;
      yield* value;
    }
  } catch (error) {
    if (!options.signal.aborted) throw stop.signal.aborted ? stop.signal.reason : error;
  } finally {
    stop.abort();
    await watching;
  }
}

function aliveOf(host: Host, stack: string): Promise<readonly Container[]> {
  return running(allContainers(host).filter(({ record }) => record.stack === stack));
}

const lookEveryMs = 150;

/** Polls for the ends of processes that other runs of goat-dev started, and announces them: nothing else does. */
async function watchOthers(host: Host, stack: string, first: readonly Container[], signal: AbortSignal): Promise<void> {
  let before = first;
  for (;;) {
    await host.clock.sleep(lookEveryMs, signal);
    const alive = await aliveOf(host, stack);
    const all = allContainers(host);
    for (const { name, record } of before) {
      if (host.children.has(runKey(record)) || alive.some((one) => runKey(one.record) === runKey(record))) continue;
      const now = all.find((one) => one.record.id === record.id);
      announceEnd(host, { name: now?.name ?? name, record }, now?.record.exitCode ?? null);
    }
    before = alive;
  }
}
