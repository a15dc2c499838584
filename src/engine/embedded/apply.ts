import { randomBytes } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { GoatError } from "../../errors/goat-error.ts";
import type { Operation } from "../../model/plan.ts";
import { unwritable } from "../../platform/files.ts";
import type { ApplyIo } from "../engine.ts";
import { createContainer, nameTaken, ownAnonymousVolumes } from "./create.ts";
import { logFolder, type Place, tidyPlace, volumeFolder } from "./places.ts";
import { readRecord, readRecords, removeRecord, renameRecord, toRecordedOrigin, writeRecord } from "./records.ts";
import { startContainer } from "./start.ts";
import { killContainer, stopContainer } from "./stop.ts";
import { allContainers, announce, ensurePlace, findIn, needIn, placeOf, type World } from "./world.ts";

type Op<T extends Operation["type"]> = Extract<Operation, { type: T }>;

const install = async (world: World, { image }: Op<"pull-image">, io: ApplyIo): Promise<void> => {
  const recipe = world.images.get(image);
  if (recipe === undefined) throw new GoatError("image-unavailable", `${image} has no local form`);
  await recipe.install({ ...io, progress: (progress) => io.progress({ says: "step", ...progress }) });
};

const createNetwork = async (world: World, { stack, network, fingerprint }: Op<"create-network">): Promise<void> => {
  if (network.external) return;
  const place = await ensurePlace(world);
  if (readRecord(place, "networks", network.name) !== undefined) return;
  const id = randomBytes(8).toString("hex");
  const record = { version: 1, stack: stack.name, key: network.key, id, fingerprint } as const;
  await writeRecord(place, "networks", network.name, record);
};

const removeNetwork = async (world: World, { network }: Op<"remove-network">): Promise<void> => {
  const place = placeOf(world);
  if (place === null) return;
  if (allContainers(world).some(({ record }) => record.networks.includes(network))) {
    throw new GoatError("engine-refused", `the network ${network} has containers`);
  }
  await removeRecord(place, "networks", network);
};

const createVolume = async (world: World, { stack, volume }: Op<"create-volume">): Promise<void> => {
  if (volume.external) return;
  const place = await ensurePlace(world);
  if (readRecord(place, "volumes", volume.name) !== undefined) return;
  const path = volumeFolder(place, volume.name);
  await mkdir(path, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    throw unwritable(path, error);
  });
  const { key, labels } = volume;
  const createdAt = world.clock.date().toISOString();
  const made = { createdAt, labels, origin: toRecordedOrigin(place, stack) };
  await writeRecord(place, "volumes", volume.name, { version: 1, stack: stack.name, key, ...made });
};

const removeFolder = async (path: string): Promise<void> => {
  await rm(path, { recursive: true, force: true }).catch((error: unknown) => {
    throw unwritable(path, error);
  });
};

/** The record goes last: what is left of a folder is still known by it. */
const removeVolume = async (world: World, { volume }: Op<"remove-volume">): Promise<void> => {
  const place = placeOf(world);
  if (place === null || readRecord(place, "volumes", volume) === undefined) return;
  const isUsed = readRecords(place, "containers").some(({ record }) =>
    record.mounts.some((mount) => mount.kind === "volume" && mount.name === volume),
  );
  if (isUsed) throw new GoatError("engine-refused", `the volume ${volume} is in use`);
  await removeFolder(volumeFolder(place, volume));
  await removeRecord(place, "volumes", volume);
  await world.serially(() => tidyPlace(place));
};

const removeContainer = async (world: World, op: Op<"remove-container">, signal: AbortSignal): Promise<void> => {
  const asked = findIn(world, op.container);
  if (asked === null) return;
  const { place, found } = asked;
  await killContainer(world, found, signal);
  const volumes = op.anonymousVolumes ? ownAnonymousVolumes(place, found.record) : [];
  await world.serially(() => removeRecord(place, "containers", found.name));
  await removeAll(place, found.record.id, volumes);
  await world.serially(() => tidyPlace(place));
  announce(world, found, "removed");
};

const removeAll = async (place: Place, id: string, volumes: readonly string[]): Promise<void> => {
  await removeFolder(logFolder(place, id));
  for (const name of volumes) await removeFolder(volumeFolder(place, name));
};

const renameContainer = (world: World, { container, name }: Op<"rename-container">): Promise<void> =>
  world.serially(async () => {
    const { place, found } = needIn(world, container);
    if (found.name === name) return;
    if (readRecord(place, "containers", name) !== undefined) throw nameTaken(name);
    await renameRecord(place, "containers", found.name, name);
  });

/** Does one operation. What is already so is success. */
export const apply = (world: World, op: Operation, io: ApplyIo): Promise<void> => {
  switch (op.type) {
    case "pull-image":
      return install(world, op, io);
    case "create-network":
      return createNetwork(world, op);
    case "remove-network":
      return removeNetwork(world, op);
    case "create-volume":
      return createVolume(world, op);
    case "remove-volume":
      return removeVolume(world, op);
    case "create-container":
      return createContainer(world, op);
    case "start-container":
      return startContainer(world, op.container, io.signal);
    case "stop-container":
      return stopContainer(world, op, io.signal);
    case "remove-container":
      return removeContainer(world, op, io.signal);
    case "rename-container":
      return renameContainer(world, op);
  }
};
