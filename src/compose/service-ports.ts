import type { PortSpec } from "../model/stack.ts";
import { checkKeys } from "./check-keys.ts";
import { type Field, readItems, readText, readWord } from "./fields.ts";
import { type PortsOrProblem, parseExpose, parsePorts, spreadPorts } from "./formats/ports.ts";
import { isBroken, type Mapping } from "./located.ts";
import { readKey } from "./scope.ts";
import { supported } from "./supported.ts";

const readLongPort = (node: Mapping, { report }: Field): PortsOrProblem => {
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
};

const keyOf = (port: PortSpec): string => `${port.hostIp} ${port.host} ${port.container} ${port.protocol}`;

/** Ports of a service; what is written twice counts once. */
export const readPorts = (field: Field): readonly PortSpec[] => {
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
};

/** Ports for other containers only, each as `80/tcp`. */
export const readExpose = (field: Field): readonly string[] => {
  const ports = readItems(field).flatMap((node) => {
    const text = readWord({ ...field, node });
    if (text === undefined) return [];
    const parsed = parseExpose(text);
    if (parsed === undefined) field.report.error(node.at, `"expose": "${text}" is not a port from 1 to 65535`);
    return parsed ?? [];
  });
  return [...new Set(ports)];
};
