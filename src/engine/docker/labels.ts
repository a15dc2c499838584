import { createHash } from "node:crypto";
import { isAbsolute } from "node:path";
import type { Origin } from "../../model/observed.ts";
import type { Dependency, NetworkSpec, ServiceSpec, StackSpec, VolumeSpec } from "../../model/stack.ts";

const compose = "com.docker.compose";

/** Compose's own labels, by which `docker compose ps`, `logs`, `restart` and `down` find what goat-dev made. */
export const label = {
  project: `${compose}.project`,
  service: `${compose}.service`,
  oneOff: `${compose}.oneoff`,
  network: `${compose}.network`,
  volume: `${compose}.volume`,
  folder: `${compose}.project.working_dir`,
  configFiles: `${compose}.project.config_files`,
  /** JSON of field -> short hash (containers), one hash (networks). */
  spec: "dev.goat.spec",
  /** JSON of path -> hash of mounted files. */
  files: "dev.goat.files",
  /** The image's name as it was asked for, since Podman reports the full name instead. */
  image: "dev.goat.image",
  configHash: `${compose}.config-hash`,
} as const;

type Labels = Readonly<Record<string, string>>;

/** The project that the labels of a container or volume name; Compose writes these on containers only. */
export function originOf(labels: Labels | null | undefined): Origin | null {
  const folder = labels?.[label.folder];
  if (folder === undefined || folder === "") return null;
  const [file = ""] = (labels?.[label.configFiles] ?? "").split(",");
  // Compose writes "-" for a file that it read from standard input.
  return { folder, file: isAbsolute(file) ? file : null };
}

interface Labelled {
  readonly stack: StackSpec;
  readonly service: ServiceSpec;
  readonly fingerprint: Labels;
  readonly configHash?: string | undefined;
}

export function containerLabels(
  { stack, service, fingerprint, configHash = hashOf(fingerprint) }: Labelled,
  imageId: string,
): Labels {
  return {
    ...service.run.docker?.labels,
    [label.project]: stack.name,
    [label.service]: service.name,
    [label.oneOff]: "False",
    [`${compose}.container-number`]: "1",
    ...originLabels(stack),
    ...(stack.environmentFiles.length > 0
      ? { [`${compose}.project.environment_file`]: stack.environmentFiles.join(",") }
      : {}),
    [label.configHash]: configHash,
    [`${compose}.image`]: imageId,
    [`${compose}.depends_on`]: dependsOn(service),
    [`${compose}.version`]: composeVersion,
    [label.spec]: JSON.stringify(fingerprint),
    ...(service.run.docker === undefined ? {} : { [label.image]: service.run.docker.image }),
    [label.files]: JSON.stringify(Object.fromEntries(service.files.map((file) => [file.path, file.hash]))),
  };
}

export function networkLabels(stack: StackSpec, network: NetworkSpec, fingerprint: string): Labels {
  return {
    ...network.labels,
    [label.project]: stack.name,
    [label.network]: network.key,
    [`${compose}.version`]: composeVersion,
    [label.spec]: fingerprint,
  };
}

export function volumeLabels(stack: StackSpec, volume: VolumeSpec): Labels {
  return {
    ...volume.labels,
    ...originLabels(stack),
    [label.project]: stack.name,
    [label.volume]: volume.key,
    [`${compose}.version`]: composeVersion,
  };
}

/** A label's JSON as text values by name; null when absent or written by something else. */
export function readRecord(text: string | undefined): Labels | null {
  if (text === undefined) return null;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
    const entries = Object.entries(value);
    return entries.every((entry): entry is [string, string] => typeof entry[1] === "string")
      ? Object.fromEntries(entries)
      : null;
  } catch {
    return null;
  }
}

const composeVersion = "2.0.0";

function originLabels(stack: StackSpec): Labels {
  return {
    [label.folder]: stack.workingDir,
    [label.configFiles]: stack.configFiles.join(","),
  };
}

const conditions = {
  started: "service_started",
  ready: "service_healthy",
  completed: "service_completed_successfully",
} as const satisfies Record<Dependency["until"], string>;

function dependsOn(service: ServiceSpec): string {
  return service.dependsOn.map((d) => `${d.service}:${conditions[d.until]}:${d.restart}`).join(",");
}

/**
 * Compose ignores containers without a config-hash. Where its own hash cannot be had, this one stands in, and Compose
 * recreates the container.
 */
function hashOf(fingerprint: Labels): string {
  return createHash("sha256")
    .update(JSON.stringify(Object.entries(fingerprint).sort()))
    .digest("hex");
}
