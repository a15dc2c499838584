import type { Dependency, NetworkAttachment } from "../model/stack.ts";
import { checkKeys } from "./check-keys.ts";
import type { Place } from "./diagnostics.ts";
import { type Field, readBoolean, readItems, readMapping, readOneOf, readText, readTexts } from "./fields.ts";
import type { Entry } from "./located.ts";
import { present } from "./present.ts";
import { readKey } from "./scope.ts";
import { supported } from "./supported.ts";

/** Something that was named, and where. */
export interface Placed<Value> {
  readonly value: Value;
  readonly at: Place;
}

const conditions = {
  service_started: "started",
  service_healthy: "ready",
  service_completed_successfully: "completed",
} as const;

const conditionNames = ["service_started", "service_healthy", "service_completed_successfully"] as const;

const readDependency = (entry: Entry, field: Field): Dependency => {
  const { report } = field;
  const mapping = readMapping({ ...field, name: entry.key, node: entry.value });
  if (mapping === undefined) return { service: entry.key, until: "started", restart: false, required: true };
  checkKeys(mapping, supported.dependency, report);
  if (!mapping.entries.has("condition")) report.error(entry.at, `"${entry.key}" needs a "condition"`);
  const condition = readKey(mapping, "condition", report, (inner) => readOneOf(inner, conditionNames));
  return {
    service: entry.key,
    until: conditions[condition ?? "service_started"],
    restart: readKey(mapping, "restart", report, readBoolean) ?? false,
    required: readKey(mapping, "required", report, readBoolean) ?? true,
  };
};

/** `depends_on`, in either form. */
export const readDependencies = (field: Field): readonly Placed<Dependency>[] => {
  if (field.node.kind === "map") {
    return [...field.node.entries.values()].map((entry) => ({ value: readDependency(entry, field), at: entry.at }));
  }
  return readItems(field).flatMap((node) => {
    const service = readText({ ...field, node });
    if (service === undefined) return [];
    return [{ value: { service, until: "started", restart: false, required: true }, at: node.at }];
  });
};

const readAttachment = (entry: Entry, field: Field): NetworkAttachment => {
  const { report } = field;
  const mapping = readMapping({ ...field, name: entry.key, node: entry.value });
  if (mapping === undefined) return { network: entry.key, aliases: [] };
  checkKeys(mapping, supported.attachment, report);
  const addresses = {
    ipv4Address: readKey(mapping, "ipv4_address", report, readText),
    ipv6Address: readKey(mapping, "ipv6_address", report, readText),
  };
  const aliases = readKey(mapping, "aliases", report, readTexts) ?? [];
  return { network: entry.key, aliases: [...new Set(aliases)], ...present(addresses) };
};

/** A service's networks, in either form; none at all means `default`. */
export const readAttachments = (field: Field): readonly Placed<NetworkAttachment>[] => {
  if (field.node.kind === "map") {
    return [...field.node.entries.values()].map((entry) => ({ value: readAttachment(entry, field), at: entry.at }));
  }
  return readItems(field).flatMap((node) => {
    const network = readText({ ...field, node });
    return network === undefined ? [] : [{ value: { network, aliases: [] }, at: node.at }];
  });
};
