import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { GoatError } from "../../errors/goat-error.ts";
import type { Operation } from "../../model/plan.ts";
import { makeFolder, unwritable } from "../../platform/files.ts";
import type { ApplyIo } from "../engine.ts";
import { createContainer, nameTaken, ownAnonymousVolumes } from "./create.ts";
import { allContainers, announce, ensureStore, findIn, type Host, needIn, storeOf } from "./host.ts";
import { logFolder, type ProjectStore, tidyStore, volumeFolder } from "./project-store.ts";
import { readRecord, readRecords, removeRecord, renameRecord, toRecordedOrigin, writeRecord } from "./records.ts";
import { startContainer } from "./start.ts";
import { killContainer, stopContainer } from "./stop.ts";

type Op<T extends Operation["type"]> = Extract<Operation, { type: T }>;

/** Runs one operation. Succeeds where there is nothing to do. */
export function apply(host: Host, op: Operation, io: ApplyIo): Promise<void> {
  switch (op.type) {
    case "pull-image":
      return install(host, op, io);
    case "build-image":
      throw new GoatError("image-unavailable", `${op.service} cannot be built without Docker`);
    case "create-network":
      return createNetwork(host, op);
    case "check-network":
      return Promise.resolve();
    case "remove-network":
      return removeNetwork(host, op);
    case "create-volume":
      return createVolume(host, op);
    case "remove-volume":
      return removeVolume(host, op);
    case "create-container":
      return createContainer(host, op);
    case "start-container":
      return startContainer(host, op.container, io.signal);
    case "stop-container":
      return stopContainer(host, op, io.signal);
    case "remove-container":
      return removeContainer(host, op, io.signal);
    case "rename-container":
      return renameContainer(host, op);
  }
}

async function install(host: Host, { image }: Op<"pull-image">, io: ApplyIo): Promise<void> {
  const runtime = host.images.get(image);
  if (runtime === undefined) throw new GoatError("image-unavailable", `${image} cannot be installed without Docker`);
  await runtime.install({ ...io, progress: (progress) => io.progress({ says: "step", ...progress }) });
}

async function createNetwork(host: Host, { stack, network, fingerprint }: Op<"create-network">): Promise<void> {
  if (network.external) return;
  const store = await ensureStore(host);
  if (readRecord(store, "networks", network.name) !== undefined) return;
  const id = randomBytes(8).toString("hex");
  const record = { version: 1, stack: stack.name, key: network.key, id, fingerprint } as const;
  await writeRecord(store, "networks", network.name, record);
}

async function removeNetwork(host: Host, { network, disconnect = [] }: Op<"remove-network">): Promise<void> {
  const store = storeOf(host);
  if (store === null) return;
  if (allContainers(host).some(({ name, record }) => !disconnect.includes(name) && record.networks.includes(network))) {
    throw new GoatError("engine-refused", `the network ${network} has containers`);
  }
  await removeRecord(store, "networks", network);
}

async function createVolume(host: Host, { stack, volume }: Op<"create-volume">): Promise<void> {
  if (volume.external) return;
  const store = await ensureStore(host);
  if (readRecord(store, "volumes", volume.name) !== undefined) return;
  await makeFolder(volumeFolder(store, volume.name));
  const { key, labels } = volume;
  const createdAt = host.clock.date().toISOString();
  const made = { createdAt, labels, origin: toRecordedOrigin(store, stack) };
  await writeRecord(store, "volumes", volume.name, { version: 1, stack: stack.name, key, ...made });
}

/** Removes the record last, so that a folder that could not be removed completely is still known. */
async function removeVolume(host: Host, { volume }: Op<"remove-volume">): Promise<void> {
  const store = storeOf(host);
  if (store === null || readRecord(store, "volumes", volume) === undefined) return;
  const isUsed = readRecords(store, "containers").some(({ record }) =>
    record.mounts.some((mount) => mount.kind === "volume" && mount.name === volume),
  );
  if (isUsed) throw new GoatError("engine-refused", `the volume ${volume} is in use`);
  await removeFolder(volumeFolder(store, volume));
  await removeRecord(store, "volumes", volume);
  await host.serially(() => tidyStore(store));
}

async function removeFolder(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true }).catch((error: unknown) => {
    throw unwritable(path, error);
  });
}

async function removeContainer(host: Host, op: Op<"remove-container">, signal: AbortSignal): Promise<void> {
  const asked = findIn(host, op.container);
  if (asked === null) return;
  const { store, found } = asked;
  await killContainer(host, found, signal);
  const volumes = op.anonymousVolumes ? ownAnonymousVolumes(store, found.record) : [];
  await host.serially(() => removeRecord(store, "containers", found.name));
  await removeAll(store, found.record.id, volumes);
  await host.serially(() => tidyStore(store));
  announce(host, found, "removed");
}

async function removeAll(store: ProjectStore, id: string, volumes: readonly string[]): Promise<void> {
  await removeFolder(logFolder(store, id));
  for (const name of volumes) await removeFolder(volumeFolder(store, name));
}

function renameContainer(host: Host, { container, name }: Op<"rename-container">): Promise<void> {
  return host.serially(async () => {
    const { store, found } = needIn(host, container);
    if (found.name === name) return;
    if (readRecord(store, "containers", name) !== undefined) throw nameTaken(name);
    await renameRecord(store, "containers", found.name, name);
  });
}
