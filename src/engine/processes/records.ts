import { readdirSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { systemCode } from "../../errors/describe.ts";
import type { Origin } from "../../model/observed.ts";
import type { PortSpec, StackSpec } from "../../model/stack.ts";
import { atomicWrite, unwritable } from "../../platform/files.ts";
import type { ProcessIdentity } from "../../platform/process-identity.ts";
import { readTextIfThere } from "../../platform/text-file.ts";
import { entryOf, nameOf, type ProjectStore } from "./project-store.ts";
import type { Address } from "./translate.ts";

export type RecordedMount =
  | { readonly kind: "bind"; readonly target: string; readonly source: string }
  | {
      readonly kind: "volume";
      readonly target: string;
      readonly name: string;
      /** Goes with its container. */
      readonly anonymous: boolean;
      /** Empty at each start. */
      readonly fleeting: boolean;
    };

interface RecordedProcess extends ProcessIdentity {
  /** ISO time. */
  readonly startedAt: string;
  readonly stopSignal: NodeJS.Signals;
}

/** Paths inside the project are relative to its folder, which may move. Earlier versions' records have no origin. */
type RecordedOrigin = Origin;

/** Stands for a container: what the Compose file asks for, not translated yet, and the process that runs it. */
export interface ContainerRecord {
  readonly version: 1;
  readonly id: string;
  readonly stack: string;
  readonly service: string;
  readonly recipe: string;
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly ports: readonly PortSpec[];
  readonly mounts: readonly RecordedMount[];
  /** Where the services of its stack are reached. */
  readonly addresses: readonly Address[];
  readonly workingDir: string;
  /** The project's folder when it was made; it may have moved since. */
  readonly project: string;
  readonly origin?: RecordedOrigin;
  readonly stopSignal: string | null;
  readonly stopGraceMs: number | null;
  readonly image: string;
  readonly imageId: string;
  readonly fingerprint: Readonly<Record<string, string>>;
  readonly files: Readonly<Record<string, string>>;
  readonly networks: readonly string[];
  /** The process of the last start; null before the first. */
  readonly process: RecordedProcess | null;
  /** Null while it runs, and where nobody saw it end. */
  readonly exitCode: number | null;
  readonly startError: string | null;
}

interface NetworkRecord {
  readonly version: 1;
  readonly stack: string;
  readonly key: string;
  readonly id: string;
  readonly fingerprint: string;
}

interface VolumeRecord {
  readonly version: 1;
  readonly stack: string;
  readonly key: string;
  readonly createdAt: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly origin?: RecordedOrigin;
}

interface Kinds {
  readonly containers: ContainerRecord;
  readonly networks: NetworkRecord;
  readonly volumes: VolumeRecord;
}

export type Kind = keyof Kinds;

export interface Named<K extends Kind> {
  readonly name: string;
  readonly record: Kinds[K];
}

export type Container = Named<"containers">;

export function readRecord<K extends Kind>(store: ProjectStore, kind: K, name: string): Kinds[K] | undefined {
  return parse<K>(readTextIfThere(pathOf(store, kind, name)));
}

/** A file that holds no valid record counts as missing: the next write replaces it. */
function parse<K extends Kind>(text: string | undefined): Kinds[K] | undefined {
  try {
    const value: unknown = text === undefined ? undefined : JSON.parse(text);
    return isRecord<K>(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isRecord<K extends Kind>(value: unknown): value is Kinds[K] {
  return typeof value === "object" && value !== null && "version" in value && value.version === 1 && "stack" in value;
}

function pathOf(store: ProjectStore, kind: Kind, name: string): string {
  return join(store.records, kind, `${entryOf(name)}.json`);
}

/** All of a kind, by name. */
export function readRecords<K extends Kind>(store: ProjectStore, kind: K): readonly Named<K>[] {
  return entries(join(store.records, kind)).flatMap((entry) => {
    const name = entry.endsWith(".json") ? nameOf(entry.slice(0, -".json".length)) : undefined;
    const record = name === undefined ? undefined : readRecord(store, kind, name);
    return name === undefined || record === undefined ? [] : [{ name, record }];
  });
}

function entries(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    if (systemCode(error) === "ENOENT") return [];
    throw unwritable(folder, error);
  }
}

export function findContainer(store: ProjectStore, nameOrId: string): Container | undefined {
  const record = readRecord(store, "containers", nameOrId);
  if (record !== undefined) return { name: nameOrId, record };
  return readRecords(store, "containers").find((container) => container.record.id === nameOrId);
}

/**
 * Only records of volumes are synced to disk, because data outlives a power cut and processes do not; syncing the
 * others would take most of a start's time. Throws file-unwritable, disk-full.
 */
export function writeRecord<K extends Kind>(
  store: ProjectStore,
  kind: K,
  name: string,
  record: Kinds[K],
): Promise<void> {
  return atomicWrite(pathOf(store, kind, name), `${JSON.stringify(record, null, 1)}\n`, 0o600, kind === "volumes");
}

export async function renameRecord(store: ProjectStore, kind: Kind, from: string, to: string): Promise<void> {
  const path = pathOf(store, kind, to);
  await rename(pathOf(store, kind, from), path).catch((error: unknown) => {
    throw unwritable(path, error);
  });
}

export async function removeRecord(store: ProjectStore, kind: Kind, name: string): Promise<void> {
  const path = pathOf(store, kind, name);
  await rm(path, { force: true }).catch((error: unknown) => {
    throw unwritable(path, error);
  });
}

export function toRecordedOrigin({ project }: ProjectStore, { workingDir, configFiles }: StackSpec): RecordedOrigin {
  const shorten = (path: string): string => {
    const inside = relative(project, path);
    return inside.startsWith("..") ? path : inside;
  };
  const [file] = configFiles;
  return { folder: shorten(workingDir), file: file === undefined ? null : shorten(file) };
}

export function toOrigin({ project }: ProjectStore, origin: RecordedOrigin | undefined): Origin | null {
  return origin === undefined
    ? null
    : { folder: resolve(project, origin.folder), file: origin.file === null ? null : resolve(project, origin.file) };
}
