import { randomBytes } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { GoatError } from "../../errors/goat-error.ts";
import type { Operation } from "../../model/plan.ts";
import { unwritable } from "../../platform/files.ts";
import type { ApplyIo } from "../engine.ts";
import { createContainer, nameTaken, ownAnonymousVolumes } from "./create.ts";
import { allContainers, announce, ensurePlace, findIn, type Host, needIn, placeOf } from "./host.ts";
import { logFolder, type Place, tidyPlace, volumeFolder } from "./project-store.ts";
import { readRecord, readRecords, removeRecord, renameRecord, toRecordedOrigin, writeRecord } from "./records.ts";
import { startContainer } from "./start.ts";
import { killContainer, stopContainer } from "./stop.ts";

type Op<T extends Operation["type"]> = Extract<Operation, { type: T }>;

/** Does one operation. What is already so is success. */
export function apply(host: Host, op: Operation, io: ApplyIo): Promise<void> {
  switch (op.type) {
    case "pull-image":
      return install(host, op, io);
    case "create-network":
      return createNetwork(host, op);
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
  if (runtime === undefined) throw new GoatError("image-unavailable", `${image} has no local form`);
  await runtime.install({ ...io, progress: (progress) => io.progress({ says: "step", ...progress }) });
}

async function createNetwork(host: Host, { stack, network, fingerprint }: Op<"create-network">): Promise<void> {
  if (network.external) return;
  const place = await ensurePlace(host);
  if (readRecord(place, "networks", network.name) !== undefined) return;
  const id = randomBytes(8).toString("hex");
  const record = { version: 1, stack: stack.name, key: network.key, id, fingerprint } as const;
  await writeRecord(place, "networks", network.name, record);
}

async function removeNetwork(host: Host, { network }: Op<"remove-network">): Promise<void> {
  const place = placeOf(host);
  if (place === null) return;
  if (allContainers(host).some(({ record }) => record.networks.includes(network))) {
    throw new GoatError("engine-refused", `the network ${network} has containers`);
  }
  await removeRecord(place, "networks", network);
}

async function createVolume(host: Host, { stack, volume }: Op<"create-volume">): Promise<void> {
  if (volume.external) return;
  const place = await ensurePlace(host);
  if (readRecord(place, "volumes", volume.name) !== undefined) return;
  const path = volumeFolder(place, volume.name);
  await mkdir(path, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    throw unwritable(path, error);
  });
  const { key, labels } = volume;
  const createdAt = host.clock.date().toISOString();
  const made = { createdAt, labels, origin: toRecordedOrigin(place, stack) };
  await writeRecord(place, "volumes", volume.name, { version: 1, stack: stack.name, key, ...made });
}

/** The record goes last: what is left of a folder is still known by it. */
async function removeVolume(host: Host, { volume }: Op<"remove-volume">): Promise<void> {
  const place = placeOf(host);
  if (place === null || readRecord(place, "volumes", volume) === undefined) return;
  const isUsed = readRecords(place, "containers").some(({ record }) =>
    record.mounts.some((mount) => mount.kind === "volume" && mount.name === volume),
  );
  if (isUsed) throw new GoatError("engine-refused", `the volume ${volume} is in use`);
  await removeFolder(volumeFolder(place, volume));
  await removeRecord(place, "volumes", volume);
  await host.serially(() => tidyPlace(place));
}

async function removeFolder(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true }).catch((error: unknown) => {
    throw unwritable(path, error);
  });
}

async function removeContainer(host: Host, op: Op<"remove-container">, signal: AbortSignal): Promise<void> {
  const asked = findIn(host, op.container);
  if (asked === null) return;
  const { place, found } = asked;
  await killContainer(host, found, signal);
  const volumes = op.anonymousVolumes ? ownAnonymousVolumes(place, found.record) : [];
  await host.serially(() => removeRecord(place, "containers", found.name));
  await removeAll(place, found.record.id, volumes);
  await host.serially(() => tidyPlace(place));
  announce(host, found, "removed");
}

async function removeAll(place: Place, id: string, volumes: readonly string[]): Promise<void> {
  await removeFolder(logFolder(place, id));
  for (const name of volumes) await removeFolder(volumeFolder(place, name));
}

function renameContainer(host: Host, { container, name }: Op<"rename-container">): Promise<void> {
  return host.serially(async () => {
    const { place, found } = needIn(host, container);
    if (found.name === name) return;
    if (readRecord(place, "containers", name) !== undefined) throw nameTaken(name);
    await renameRecord(place, "containers", found.name, name);
  });
}
