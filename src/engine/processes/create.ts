import { randomBytes } from "node:crypto";
import { GoatError } from "../../errors/goat-error.ts";
import type { Operation } from "../../model/plan.ts";
import type { ContainerSpec, Mount, StackSpec } from "../../model/stack.ts";
import { kindOf, makeFolder } from "../../platform/files.ts";
import { ensureStore, type Host } from "./host.ts";
import { addressesOf, workingDirOf } from "./local-service.ts";
import { logFolder, type ProjectStore, volumeFolder } from "./project-store.ts";
import {
  type ContainerRecord,
  findContainer,
  type RecordedMount,
  readRecord,
  readRecords,
  toRecordedOrigin,
  writeRecord,
} from "./records.ts";
import type { Runtime } from "./runtime.ts";
import { needRuntime } from "./runtimes.ts";

type Op = Extract<Operation, { type: "create-container" }>;

type Inherited = ReadonlyMap<string, string>;

export function nameTaken(name: string): GoatError {
  return new GoatError("name-taken", `the container name ${name} is taken`, {
    fixes: [{ command: "goat-dev status", effect: "shows who has it" }],
  });
}

/**
 * Writes a container's record and makes its folders; starts nothing. Throws image-unavailable, name-taken,
 * mount-source-missing, engine-refused, file-unwritable, disk-full.
 */
export async function createContainer(host: Host, op: Op): Promise<void> {
  const { service, container } = op;
  const runtime = needRuntime(host.runtimes, service);
  const docker = service.run.docker;
  if (docker === undefined) throw new GoatError("engine-refused", `${service.name} names no image`);
  const imageId = await needInstalled(host, op, runtime, docker);
  const store = await ensureStore(host);
  if (readRecord(store, "containers", container) !== undefined) throw nameTaken(container);
  needSources(store, op, docker.mounts);
  const record = toRecord(store, op, docker, { recipe: runtime.name, imageId });
  await makeFolders(store, record);
  await writeRecord(store, "containers", container, record);
}

/** The id of what the runtime has installed. Throws image-unavailable. */
async function needInstalled(host: Host, { service }: Op, runtime: Runtime, docker: ContainerSpec): Promise<string> {
  const id = host.images.get(docker.image) === runtime ? await runtime.installed() : null;
  if (id !== null) return id;
  throw new GoatError("image-unavailable", `${docker.image} is not here`, {
    service: service.name,
    fixes: [{ command: "goat-dev up", effect: "installs it" }],
  });
}

/** Throws mount-source-missing for a mounted path that does not exist, engine-refused for such an external volume. */
function needSources(store: ProjectStore, { stack, container }: Op, mounts: readonly Mount[]): void {
  for (const mount of mounts) {
    if (mount.kind === "bind" && kindOf(mount.source) === "missing") {
      throw new GoatError("mount-source-missing", `${mount.source}, mounted into ${container}, does not exist`);
    }
    if (mount.kind !== "volume") continue;
    const name = volumeName(stack, mount.volume);
    const isExternal = stack.volumes.some((volume) => volume.key === mount.volume && volume.external);
    if (isExternal && readRecord(store, "volumes", name) === undefined) {
      throw new GoatError(
        "engine-refused",
        `the volume ${name}, which the Compose file calls external, does not exist`,
      );
    }
  }
}

function volumeName(stack: StackSpec, key: string): string {
  return stack.volumes.find((volume) => volume.key === key)?.name ?? key;
}

function toRecord(
  store: ProjectStore,
  op: Op,
  docker: ContainerSpec,
  from: Pick<ContainerRecord, "recipe" | "imageId">,
) {
  const { stack, service } = op;
  const inherited = inheritedFrom(store, op.replaces);
  const record: ContainerRecord = {
    ...from,
    version: 1,
    id: randomBytes(8).toString("hex"),
    stack: stack.name,
    service: service.name,
    command: service.run.embedded?.command ?? docker.command ?? [],
    environment: service.environment,
    ports: service.ports,
    mounts: docker.mounts.map((mount) => toRecorded(mount, stack, inherited)),
    addresses: addressesOf(stack),
    workingDir: workingDirOf(stack, docker),
    project: store.project,
    origin: toRecordedOrigin(store, stack),
    stopSignal: service.stopSignal,
    stopGraceMs: service.stopGraceMs,
    image: docker.image,
    fingerprint: op.fingerprint,
    files: Object.fromEntries(service.files.map(({ path, hash }) => [path, hash])),
    networks: networksOf(stack, docker),
    process: null,
    exitCode: null,
    startError: null,
  };
  return record;
}

/** Target -> anonymous volume of the container that is replaced. */
function inheritedFrom(store: ProjectStore, replaces: string | undefined): Inherited {
  const old = replaces === undefined ? undefined : findContainer(store, replaces);
  const mounts = old?.record.mounts ?? [];
  return new Map(
    mounts.flatMap((mount) =>
      mount.kind === "volume" && mount.anonymous && !mount.fleeting ? [[mount.target, mount.name]] : [],
    ),
  );
}

function toRecorded(mount: Mount, stack: StackSpec, inherited: Inherited): RecordedMount {
  const { target } = mount;
  switch (mount.kind) {
    case "bind":
      return { kind: "bind", target, source: mount.source };
    case "volume":
      return { kind: "volume", target, name: volumeName(stack, mount.volume), anonymous: false, fleeting: false };
    case "anonymous":
      return { kind: "volume", target, name: inherited.get(target) ?? newName(), anonymous: true, fleeting: false };
    case "tmpfs":
      return { kind: "volume", target, name: newName(), anonymous: true, fleeting: true };
  }
}

function newName(): string {
  return randomBytes(32).toString("hex");
}

function networksOf(stack: StackSpec, docker: ContainerSpec): readonly string[] {
  return docker.networks
    .map(({ network }) => stack.networks.find(({ key }) => key === network)?.name ?? network)
    .toSorted();
}

async function makeFolders(store: ProjectStore, record: ContainerRecord): Promise<void> {
  const volumes = record.mounts.flatMap((mount) => (mount.kind === "volume" ? [volumeFolder(store, mount.name)] : []));
  for (const path of [logFolder(store, record.id), ...volumes]) await makeFolder(path);
}

/** Anonymous volumes that no other container has inherited. */
export function ownAnonymousVolumes(store: ProjectStore, record: ContainerRecord): readonly string[] {
  const namesOf = ({ mounts }: ContainerRecord): readonly string[] =>
    mounts.flatMap((mount) => (mount.kind === "volume" && mount.anonymous ? [mount.name] : []));
  const others = readRecords(store, "containers").filter((other) => other.record.id !== record.id);
  const used = new Set(others.flatMap((other) => namesOf(other.record)));
  return namesOf(record).filter((name) => !used.has(name));
}
