import { posix } from "node:path";
import type { Mount } from "../model/stack.ts";
import type { Position } from "./diagnostics.ts";
import {
  checkKeys,
  type Field,
  readBoolean,
  readBytes,
  readInteger,
  readItems,
  readKey,
  readMapping,
  readOneOf,
  readText,
} from "./fields.ts";
import { parseVolume } from "./formats/volume.ts";
import { resolvePath, type Scope } from "./scope.ts";
import { type KeyTable, supported } from "./supported.ts";
import { isBroken, type Mapping } from "./tree.ts";

/** A mount and where it was written. */
export interface PlacedMount {
  readonly mount: Mount;
  readonly at: Position;
}

/**
 * Mounts of a service. Of several with the same target the last one counts, at the first one's position in the list, as
 * in Compose.
 */
export function readMounts(field: Field, scope: Scope): readonly PlacedMount[] {
  const mounts = new Map<string, PlacedMount>();
  for (const node of readItems(field)) {
    if (isBroken(node)) continue;
    const text = node.kind === "map" ? undefined : readText({ ...field, node });
    const mount = node.kind === "map" ? readLong(node, scope) : text && readShort(text, node.at, scope);
    if (!mount) continue;
    if (mount.target.startsWith("/")) mounts.set(mount.target, { mount, at: node.at });
    else field.report.error(node.at, `"volumes": the target "${mount.target}" has to be an absolute path`);
  }
  return [...mounts.values()];
}

function readLong(node: Mapping, scope: Scope): Mount | undefined {
  const { report } = scope;
  checkKeys(node, supported.mount, report);
  const type = readKey(node, "type", report, (field) => readOneOf(field, ["bind", "volume", "tmpfs"]));
  const written = readKey(node, "target", report, readText);
  const source = readKey(node, "source", report, readText) ?? "";
  const readOnly = readKey(node, "read_only", report, readBoolean) ?? false;
  for (const key of ["type", "target"]) {
    if (!node.entries.has(key)) report.error(node.at, `"volumes": "${key}" is missing`);
  }
  if (type === undefined || written === undefined) return undefined;
  const target = posix.normalize(written).replace(/(.)\/$/, "$1");
  if (type === "tmpfs") return readTmpfsMount(node, target, scope);
  if (type === "volume") return readVolume(node, source, target, readOnly, scope);
  if (source !== "") return readBind(node, source, target, readOnly, scope);
  report.error(node.at, '"volumes": a bind needs a "source"');
  return undefined;
}

function readTmpfsMount(node: Mapping, target: string, scope: Scope): Mount {
  const tmpfs = readPart(node, "tmpfs", supported.tmpfsOptions, scope);
  const sizeBytes = tmpfs && readKey(tmpfs, "size", scope.report, readBytes);
  const mode = tmpfs && readKey(tmpfs, "mode", scope.report, readInteger);
  return {
    kind: "tmpfs",
    target,
    ...(sizeBytes === undefined ? {} : { sizeBytes }),
    ...(mode === undefined ? {} : { mode }),
  };
}

function readPart(mount: Mapping, key: string, table: KeyTable, scope: Scope): Mapping | undefined {
  const part = readKey(mount, key, scope.report, readMapping);
  if (part !== undefined) checkKeys(part, table, scope.report);
  return part;
}

function readVolume(node: Mapping, source: string, target: string, readOnly: boolean, scope: Scope): Mount {
  const options = readPart(node, "volume", supported.volumeOptions, scope);
  const noCopy = options && readKey(options, "nocopy", scope.report, readBoolean);
  const more = noCopy === true ? { noCopy } : {};
  if (source === "") return { kind: "anonymous", target, readOnly, ...more };
  return { kind: "volume", volume: source, target, readOnly, ...more };
}

function readBind(node: Mapping, source: string, target: string, readOnly: boolean, scope: Scope): Mount {
  const bind = readPart(node, "bind", supported.bindOptions, scope);
  const propagation = bind && readKey(bind, "propagation", scope.report, readText);
  const createHostPath = (bind && readKey(bind, "create_host_path", scope.report, readBoolean)) ?? false;
  return {
    kind: "bind",
    source: resolvePath(source, node.entries.get("source")?.value.at ?? node.at, scope),
    target,
    readOnly,
    createHostPath,
    ...(propagation === undefined ? {} : { propagation }),
  };
}

function readShort(text: string, at: Position, scope: Scope): Mount | undefined {
  const volume = parseVolume(text);
  if (typeof volume === "string") {
    scope.report.error(at, `"volumes": ${volume}`);
    return undefined;
  }
  for (const option of volume.ignored) scope.report.warning(at, `"volumes": the option "${option}" is ignored`);
  const { source, readOnly } = volume;
  const target = posix.normalize(volume.target).replace(/(.)\/$/, "$1");
  if (volume.kind === "anonymous") return { kind: "anonymous", target, readOnly };
  if (volume.kind === "volume") {
    return { kind: "volume", volume: source, target, readOnly, ...(volume.noCopy ? { noCopy: true } : {}) };
  }
  const { propagation } = volume;
  const more = propagation === undefined ? {} : { propagation };
  return { kind: "bind", source: resolvePath(source, at, scope), target, readOnly, createHostPath: true, ...more };
}

/** `tmpfs:` in its short form, `/run` or `/run:size=64m,mode=1777`. */
export function readTmpfs(text: string, at: Position, scope: Scope): Mount | undefined {
  const colon = text.indexOf(":");
  const target = colon < 0 ? text : text.slice(0, colon);
  const options = colon < 0 ? "" : text.slice(colon + 1);
  const words = new Map(options.split(",").map((word) => splitOption(word)));
  const size = words.get("size");
  const mode = words.get("mode");
  const isSize = size === undefined || /^\d+(?:%|[kmgt]?b?)$/i.test(size);
  if (!target.startsWith("/")) scope.report.error(at, `"tmpfs": "${target}" has to be an absolute path`);
  if (!isSize) scope.report.error(at, `"tmpfs": "${size}" is not a size`);
  if (mode !== undefined && !/^[0-7]+$/.test(mode)) scope.report.error(at, `"tmpfs": "${mode}" is not a mode`);
  for (const word of words.keys()) {
    if (!tmpfsWords.has(word)) scope.report.error(at, `"tmpfs": there is no option "${word}"`);
  }
  return { kind: "tmpfs", target, options };
}

/** The options of a tmpfs that the engine accepts. */
const tmpfsWords = new Set([
  ..."size mode uid gid nr_inodes nr_blocks mpol rw ro exec noexec suid nosuid dev nodev sync async".split(" "),
  ..."remount dirsync mand nomand atime noatime diratime nodiratime bind rbind relatime norelatime".split(" "),
  ..."strictatime nostrictatime private rprivate shared rshared slave rslave unbindable runbindable".split(" "),
  "",
]);

function splitOption(word: string): readonly [string, string] {
  const [name = "", value = ""] = word.split("=", 2);
  return [name, value];
}
