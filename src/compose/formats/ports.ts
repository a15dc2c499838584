import { isIP } from "node:net";
import type { PortSpec } from "../../model/stack.ts";

/** The ports, with ranges expanded to single ports, or what is wrong with them. */
export type PortsOrProblem = { readonly ports: readonly PortSpec[] } | { readonly problem: string };

interface PortParts {
  readonly hostIp: string;
  readonly host: string;
  readonly container: string;
  readonly protocol: string;
  /** Written as a single text, where an IPv6 address needs brackets to be told from the ports. */
  readonly isShort?: true;
}

export function spreadPorts(parts: PortParts): PortsOrProblem {
  const protocol = parseProtocol(parts.protocol);
  if (protocol === undefined) return { problem: `the protocol "${parts.protocol}" is not supported, only tcp and udp` };
  const hostIp = parts.hostIp.replace(/^\[(.*)\]$/, "$1");
  if (hostIp.includes(":") && hostIp === parts.hostIp && parts.isShort === true) {
    return { problem: `"${hostIp}" has to stand in brackets: [${hostIp}]` };
  }
  if (hostIp !== "" && isIP(hostIp) === 0) return { problem: `"${parts.hostIp}" is not an IP address` };
  const container = parsePortRange(parts.container);
  if (container === undefined) return { problem: `"${parts.container}" is not a port from 1 to 65535` };
  // A host port of 0 asks for any free one.
  const wanted = /^0*$/.test(parts.host) ? "" : parts.host;
  const host = wanted === "" ? null : parsePortRange(wanted);
  if (host === undefined) return { problem: `"${parts.host}" is not a port from 1 to 65535` };
  const length = container.to - container.from;
  if (host !== null && length === 0 && host.to > host.from) {
    const hostRange = `${host.from}-${host.to}`;
    return { ports: [{ hostIp, host: null, hostRange, container: container.from, protocol }] };
  }
  if (host !== null && host.to - host.from !== length) {
    return { problem: `${parts.host}:${parts.container}: the ranges differ` };
  }
  const ports = Array.from({ length: length + 1 }, (_, index) => ({
    hostIp,
    host: host === null ? null : host.from + index,
    container: container.from + index,
    protocol,
  }));
  return { ports };
}

function parseProtocol(text: string): PortSpec["protocol"] | undefined {
  const name = text.toLowerCase();
  return name === "tcp" || name === "udp" ? name : undefined;
}

interface Range {
  readonly from: number;
  readonly to: number;
}

/** `80` or `80-90`; undefined where it is neither. */
function parsePortRange(text: string): Range | undefined {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text);
  if (match === null) return undefined;
  const from = Number(match[1]);
  const to = match[2] === undefined ? from : Number(match[2]);
  return from >= 1 && to <= 65_535 && from <= to ? { from, to } : undefined;
}

/** Reads Compose's short form, `[ip:][host:]container[/protocol]`, where each port may be a range. */
export function parsePorts(text: string): PortsOrProblem {
  const [address = "", protocol = "", ...more] = text.split("/");
  if (more.length > 0) return { problem: `"${text}" is not a port` };
  const sections = address.split(":");
  const container = sections.pop() ?? "";
  const host = sections.pop() ?? "";
  const hostIp = sections.join(":");
  return spreadPorts({ hostIp, host, container, protocol: protocol === "" ? "tcp" : protocol, isShort: true });
}

/** Reads `80`, `80/udp` or `80-82` into single ports, written as `80/tcp`; undefined where the text is not a port. */
export function parseExpose(text: string): readonly string[] | undefined {
  const [range = "", protocol = "tcp", ...more] = text.split("/");
  const ports = parsePortRange(range);
  const known = parseProtocol(protocol);
  if (ports === undefined || known === undefined || more.length > 0) return undefined;
  return Array.from({ length: ports.to - ports.from + 1 }, (_, index) => `${ports.from + index}/${known}`);
}
