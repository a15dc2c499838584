import type { Dependency, NetworkAttachment, PortSpec } from "../model/stack.ts";
import type { Position } from "./diagnostics.ts";
import {
  checkKeys,
  type Field,
  present,
  readBoolean,
  readItems,
  readKey,
  readMapping,
  readOneOf,
  readText,
  readTexts,
  readWord,
} from "./fields.ts";
import { type PortsOrProblem, parseExpose, parsePorts, spreadPorts } from "./formats/ports.ts";
import { supported } from "./supported.ts";
import { type Entry, isBroken, type Mapping } from "./tree.ts";

/** A value, and where it was written. */
export interface Placed<Value> {
  readonly value: Value;
  readonly at: Position;
}

/** `depends_on`, as a list or as a mapping. */
export function readDependencies(field: Field): readonly Placed<Dependency>[] {
  if (field.node.kind === "map") {
    return [...field.node.entries.values()].map((entry) => ({ value: readDependency(entry, field), at: entry.at }));
  }
  return readItems(field).flatMap((node) => {
    const service = readText({ ...field, node });
    if (service === undefined) return [];
    return [{ value: { service, until: "started", restart: false, required: true }, at: node.at }];
  });
}

const conditionNames = ["service_started", "service_healthy", "service_completed_successfully"] as const;

const conditions = {
  service_started: "started",
  service_healthy: "ready",
  service_completed_successfully: "completed",
} as const;

function readDependency(entry: Entry, field: Field): Dependency {
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
}

/** A service's networks, as a list or as a mapping. With none at all, the caller has it join `default`. */
export function readAttachments(field: Field): readonly Placed<NetworkAttachment>[] {
  if (field.node.kind === "map") {
    return [...field.node.entries.values()].map((entry) => ({ value: readAttachment(entry, field), at: entry.at }));
  }
  return readItems(field).flatMap((node) => {
    const network = readText({ ...field, node });
    return network === undefined ? [] : [{ value: { network, aliases: [] }, at: node.at }];
  });
}

function readAttachment(entry: Entry, field: Field): NetworkAttachment {
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
}

/** Ports of a service; what is written twice counts once. */
export function readPorts(field: Field): readonly PortSpec[] {
  const ports = new Map<string, PortSpec>();
  for (const node of readItems(field)) {
    if (isBroken(node)) continue;
    const text = node.kind === "map" ? undefined : readWord({ ...field, node });
    if (node.kind !== "map" && text === undefined) continue;
    const result = node.kind === "map" ? readLongPort(node, field) : parsePorts(text ?? "");
    if ("problem" in result) field.report.error(node.at, `"ports": ${result.problem}`);
    else for (const port of result.ports) ports.set(keyOf(port), port);
  }
  return [...ports.values()];
}

function readLongPort(node: Mapping, { report }: Field): PortsOrProblem {
  checkKeys(node, supported.port, report);
  const container = readKey(node, "target", report, readWord);
  if (container === undefined) return { problem: '"target" is missing: the port inside the container' };
  if (!/^\d+$/.test(container)) return { problem: `"${container}" is not a port from 1 to 65535` };
  return spreadPorts({
    hostIp: readKey(node, "host_ip", report, readText) ?? "",
    host: readKey(node, "published", report, readWord) ?? "",
    container,
    protocol: readKey(node, "protocol", report, readText) ?? "tcp",
  });
}

function keyOf(port: PortSpec): string {
  return `${port.hostIp} ${port.host} ${port.hostRange} ${port.container} ${port.protocol}`;
}

/** Ports for other containers only, each as `80/tcp`. */
export function readExpose(field: Field): readonly string[] {
  const ports = readItems(field).flatMap((node) => {
    const text = readWord({ ...field, node });
    if (text === undefined) return [];
    const parsed = parseExpose(text);
    if (parsed === undefined) field.report.error(node.at, `"expose": "${text}" is not a port from 1 to 65535`);
    return parsed ?? [];
  });
  return [...new Set(ports)];
}
