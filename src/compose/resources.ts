import type { Ipam, NetworkSpec, VolumeSpec } from "../model/stack.ts";
import type { Report } from "./diagnostics.ts";
import {
  checkKeys,
  type Field,
  present,
  readBoolean,
  readItems,
  readKey,
  readLabels,
  readMapping,
  readOptionalKey,
  readOptions,
  readText,
} from "./fields.ts";
import { resolvePath, type Scope } from "./scope.ts";
import { type KeyTable, supported } from "./supported.ts";
import type { Entry, Mapping } from "./tree.ts";

/** Top-level `networks:`; `default` is always there. */
export function readNetworks(section: Mapping | undefined, project: string, report: Report): readonly NetworkSpec[] {
  const networks = readEntries(section, supported.network, report).map(({ entry, mapping }) => ({
    ...readCommon(entry, mapping, project, report),
    internal: readKey(mapping, "internal", report, readBoolean) ?? false,
    attachable: readKey(mapping, "attachable", report, readBoolean) ?? false,
    enableIpv6: readKey(mapping, "enable_ipv6", report, readBoolean) ?? false,
    ...present({ ipam: readOptionalKey(mapping, "ipam", report, readIpam) }),
  }));
  if (networks.some((network) => network.key === "default")) return networks;
  const name = `${project}_default`;
  const plain = {
    external: false,
    driverOptions: {},
    internal: false,
    attachable: false,
    enableIpv6: false,
    labels: {},
  };
  return [...networks, { key: "default", name, ...plain }];
}

/** Undefined where the file only repeats the defaults. */
function readIpam(field: Field): Ipam | undefined {
  const { report } = field;
  const mapping = readMapping(field);
  if (mapping === undefined) return undefined;
  checkKeys(mapping, supported.ipam, report);
  const driver = readKey(mapping, "driver", report, readText);
  const options = readKey(mapping, "options", report, readOptions) ?? {};
  const config = readOptionalKey(mapping, "config", report, readIpamConfigs) ?? [];
  const isUsual = (driver ?? "default") === "default" && config.length === 0 && Object.keys(options).length === 0;
  return isUsual ? undefined : { ...present({ driver }), options, config };
}

function readIpamConfigs(field: Field): Ipam["config"] {
  const { report } = field;
  return readItems(field).flatMap((node) => {
    const mapping = readMapping({ ...field, node });
    if (mapping === undefined) return [];
    checkKeys(mapping, supported.ipamConfig, report);
    return present({
      subnet: readKey(mapping, "subnet", report, readText),
      gateway: readKey(mapping, "gateway", report, readText),
      ipRange: readKey(mapping, "ip_range", report, readText),
      auxAddresses: readKey(mapping, "aux_addresses", report, readOptions),
    });
  });
}

function readEntries(section: Mapping | undefined, table: KeyTable, report: Report) {
  return [...(section?.entries.values() ?? [])].flatMap((entry) => {
    const mapping = readMapping({ name: entry.key, node: entry.value, report });
    if (mapping === undefined) return [];
    checkKeys(mapping, table, report);
    return [{ entry, mapping }];
  });
}

interface Common {
  readonly key: string;
  readonly name: string;
  readonly external: boolean;
  readonly driver?: string;
  readonly driverOptions: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
}

function readCommon(entry: Entry, mapping: Mapping, project: string, report: Report): Common {
  const { key } = entry;
  const outside = readKey(mapping, "external", report, readExternal) ?? { external: false };
  const name = readKey(mapping, "name", report, readText) ?? outside.name;
  if (outside.external) {
    for (const [other, { at }] of mapping.entries) {
      if (other !== "external" && other !== "name" && !other.startsWith("x-")) {
        report.error(at, `"${key}" is external: "${other}" cannot be set here`);
      }
    }
  }
  return {
    key,
    name: name ?? (outside.external ? key : `${project}_${key}`),
    external: outside.external,
    ...present({ driver: readKey(mapping, "driver", report, readText) }),
    driverOptions: readKey(mapping, "driver_opts", report, readOptions) ?? {},
    labels: readKey(mapping, "labels", report, readLabels) ?? {},
  };
}

/** `external: true`, or the old `external: { name: … }`. */
function readExternal(field: Field): { readonly external: boolean; readonly name?: string } {
  if (field.node.kind !== "map") return { external: readBoolean(field) ?? false };
  const name = readKey(field.node, "name", field.report, readText);
  return { external: true, ...(name === undefined ? {} : { name }) };
}

/** Top-level `volumes:`. */
export function readVolumes(section: Mapping | undefined, project: string, scope: Scope): readonly VolumeSpec[] {
  const { report } = scope;
  return readEntries(section, supported.volume, report).map(({ entry, mapping }) =>
    withDevice(readCommon(entry, mapping, project, report), entry, scope),
  );
}

/** If the volume stands for a folder of this machine, makes the path of that folder (`device`) absolute. */
function withDevice(volume: Common, { at }: Entry, scope: Scope): Common {
  const { driver, driverOptions } = volume;
  const { o, device } = driverOptions;
  if (driver !== "local" || o !== "bind" || device === undefined) return volume;
  return { ...volume, driverOptions: { ...driverOptions, device: resolvePath(device, at, scope) } };
}
