import type { NetworkSpec, VolumeSpec } from "../model/stack.ts";
import { checkKeys } from "./check-keys.ts";
import type { Report } from "./diagnostics.ts";
import { readOptions } from "./environment.ts";
import { type Field, readBoolean, readLabels, readMapping, readText } from "./fields.ts";
import type { Entry, Mapping } from "./located.ts";
import { present } from "./present.ts";
import { readKey } from "./scope.ts";
import { type KeyTable, supported } from "./supported.ts";

/** `external: true`, or the old `external: { name: … }`. */
const readExternal = (field: Field): { readonly external: boolean; readonly name?: string } => {
  if (field.node.kind !== "map") return { external: readBoolean(field) ?? false };
  const name = readKey(field.node, "name", field.report, readText);
  return { external: true, ...(name === undefined ? {} : { name }) };
};

interface Common {
  readonly key: string;
  readonly name: string;
  readonly external: boolean;
  readonly driver?: string;
  readonly driverOptions: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
}

const readCommon = (entry: Entry, mapping: Mapping, project: string, report: Report): Common => {
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
};

const readEntries = (section: Mapping | undefined, table: KeyTable, report: Report) =>
  [...(section?.entries.values() ?? [])].flatMap((entry) => {
    const mapping = readMapping({ name: entry.key, node: entry.value, report });
    if (mapping === undefined) return [];
    checkKeys(mapping, table, report);
    return [{ entry, mapping }];
  });

/** Top-level `networks:`; `default` is always there. */
export const readNetworks = (section: Mapping | undefined, project: string, report: Report): readonly NetworkSpec[] => {
  const networks = readEntries(section, supported.network, report).map(({ entry, mapping }) => ({
    ...readCommon(entry, mapping, project, report),
    internal: readKey(mapping, "internal", report, readBoolean) ?? false,
    attachable: readKey(mapping, "attachable", report, readBoolean) ?? false,
    enableIpv6: readKey(mapping, "enable_ipv6", report, readBoolean) ?? false,
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
};

/** Top-level `volumes:`. */
export const readVolumes = (section: Mapping | undefined, project: string, report: Report): readonly VolumeSpec[] =>
  readEntries(section, supported.volume, report).map(({ entry, mapping }) =>
    readCommon(entry, mapping, project, report),
  );
