import { resolve } from "node:path";
import { isRemoteContext } from "../model/build.ts";
import type { Entry, Located, Mapping, Scalar } from "./tree.ts";

/** A service of another file, its relative paths made absolute from that file's folder. */
export function rebaseService(service: Mapping, folder: string): Mapping {
  return withEntries(service, {
    env_file: (node) => eachItem(node, (item) => pathIn(item, "path", folder)),
    volumes: (node) => eachItem(node, (item) => rebaseMount(item, folder)),
    build: (node) => pathIn(node, "context", folder),
  });
}

/** A whole file of another folder. */
export function rebaseFile(file: Mapping, folder: string): Mapping {
  const each = (change: (node: Mapping) => Mapping) => (section: Located) => eachEntry(section, change);
  const fileOf = each((part) => withEntries(part, { file: (node) => absolute(node, folder) }));
  return withEntries(file, {
    services: each((service) => rebaseService(service, folder)),
    secrets: fileOf,
    configs: fileOf,
    volumes: each((volume) => rebaseVolume(volume, folder)),
  });
}

type Change = (node: Located) => Located;

function withEntries(mapping: Mapping, changes: Readonly<Record<string, Change>>): Mapping {
  const entries = new Map<string, Entry>();
  for (const [key, entry] of mapping.entries) {
    const change = Object.hasOwn(changes, key) ? changes[key] : undefined;
    entries.set(key, change === undefined ? entry : { ...entry, value: change(entry.value) });
  }
  return { ...mapping, entries };
}

function eachEntry(section: Located, change: (node: Mapping) => Mapping): Located {
  if (section.kind !== "map") return section;
  const keys = [...section.entries.keys()];
  const changed = (node: Located): Located => (node.kind === "map" ? change(node) : node);
  return withEntries(section, Object.fromEntries(keys.map((key) => [key, changed])));
}

function eachItem(node: Located, change: Change): Located {
  return node.kind === "list" ? { ...node, items: node.items.map(change) } : change(node);
}

/** Makes a path absolute: the node itself or, in a mapping, the value of `key`. */
function pathIn(node: Located, key: string, folder: string): Located {
  if (node.kind === "map") return withEntries(node, { [key]: (path) => absolute(path, folder) });
  return absolute(node, folder);
}

function absolute(node: Located, folder: string): Located {
  const isRelative = node.kind === "scalar" && node.type === "string" && /^[^/~]/.test(node.text);
  return isRelative && !isRemoteContext(node.text) ? { ...node, text: resolve(folder, node.text) } : node;
}

function rebaseMount(mount: Located, folder: string): Located {
  if (mount.kind === "map") {
    const isBind = textOf(mount, "type") === "bind";
    return isBind ? withEntries(mount, { source: (node) => absolute(node, folder) }) : mount;
  }
  if (mount.kind !== "scalar" || !mount.text.startsWith(".")) return mount;
  const [source = "", ...rest] = mount.text.split(":");
  return { ...mount, text: [resolve(folder, source), ...rest].join(":") };
}

/** A volume may stand for a folder of this machine, whose path is in `device`: see `withDevice` in resources.ts. */
function rebaseVolume(volume: Mapping, folder: string): Mapping {
  const options = volume.entries.get("driver_opts")?.value;
  if (textOf(volume, "driver") !== "local" || options?.kind !== "map" || textOf(options, "o") !== "bind") return volume;
  return withEntries(volume, {
    driver_opts: () => withEntries(options, { device: (node) => absolute(node, folder) }),
  });
}

function textOf(mapping: Mapping, key: string): string | undefined {
  const node: Located | undefined = mapping.entries.get(key)?.value;
  return node === undefined || node.kind !== "scalar" ? undefined : (node satisfies Scalar).text;
}
