import type { ObservedService, ObservedStack, Origin } from "../../model/observed.ts";
import type { ObserveRequest } from "../engine.ts";
import { allContainers, type Host, placeOf, runKey, running } from "./host.ts";
import { type Container, readRecords, toOrigin } from "./records.ts";

/** What there is of a stack: its records, held against the processes that run. */
export async function observe(host: Host, { stack, images }: ObserveRequest): Promise<ObservedStack> {
  const [{ all, alive }, found] = await Promise.all([look(host), imageIds(host, images)]);
  const place = placeOf(host);
  const originOf = (record: { readonly origin?: Origin }) => (place === null ? null : toOrigin(place, record.origin));
  const networks = place === null ? [] : readRecords(place, "networks");
  const volumes = place === null ? [] : readRecords(place, "volumes");
  return {
    name: stack,
    services: all
      .filter(({ record }) => record.stack === stack)
      .map((container) => toObserved(container, alive, originOf(container.record))),
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

/** Records with the processes that run. An end that this process has not yet written down is waited for: it knows the status. */
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

function toObserved(container: Container, alive: readonly Container[], origin: Origin | null): ObservedService {
  const { name, record } = container;
  const state = stateOf(container, alive);
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
    ...(state === "running" && record.process !== null ? { pid: record.process.pid } : {}),
    oneOff: false,
    origin,
  };
}

function stateOf(container: Container, alive: readonly Container[]): ObservedService["state"] {
  if (alive.includes(container)) return "running";
  return container.record.process === null ? "created" : "exited";
}

export async function portHolder(host: Host, port: number): Promise<string | null> {
  const holder = (await running(allContainers(host))).find(({ record }) =>
    record.ports.some((one) => one.host === port && one.protocol === "tcp"),
  );
  return holder === undefined ? null : `container ${holder.name} of ${holder.record.stack}`;
}
