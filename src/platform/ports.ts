import { createSocket } from "node:dgram";
import { connect, createServer, type ListenOptions } from "node:net";
import { networkInterfaces } from "node:os";
import { systemCode } from "../errors/describe.ts";
import { isEveryAddress } from "../model/address.ts";

export interface PortQuestion {
  /** The host address of the port mapping; empty, 0.0.0.0 and :: mean every address. */
  readonly host: string;
  readonly port: number;
  readonly protocol: "tcp" | "udp";
}

/** A port of the loopback that nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen({ host: "127.0.0.1", port: 0, exclusive: true }, resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}

type Attempt = "free" | "taken" | "forbidden" | "unknown";

/** A connection to an address of this machine is answered or refused at once; silence means a firewall. */
const answerWithinMs = 300;

/** True where something accepts a connection. */
export function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const done = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(answerWithinMs, () => done(false));
    socket.once("error", () => done(false));
    // A connection to a free port in the ephemeral range can connect to itself.
    socket.once("connect", () => done(socket.localPort !== socket.remotePort));
  });
}

/** True where something accepts a connection on an outer IPv4 address of this machine, as containers would connect. */
export async function answersContainers(port: number): Promise<boolean> {
  const addresses = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
  const outer = addresses.filter(({ internal, family }) => !internal && family === "IPv4");
  const found = await Promise.all(outer.map(({ address }) => answers(address, port)));
  return found.includes(true);
}

/**
 * True where the port can be published. Listening proves it; the connection after it finds what listening misses:
 * a listener on every address (macOS), a forwarded port without a listener, and ports below 1024.
 */
export async function isFree(question: PortQuestion): Promise<boolean> {
  const found = await attempts(question);
  if (found.includes("taken")) return false;
  if (question.protocol === "udp") return true;
  return !(await answers(isEveryAddress(question.host) ? "127.0.0.1" : question.host, question.port));
}

/** True where the system does not let this user listen there (EACCES, EPERM), as for most users below 1024. */
export async function isForbidden(question: PortQuestion): Promise<boolean> {
  return (await attempts(question)).includes("forbidden");
}

function attempts({ host, port, protocol }: PortQuestion): Promise<readonly Attempt[]> {
  const hosts = isEveryAddress(host) ? ["0.0.0.0", "::"] : [host];
  if (protocol === "udp") return Promise.all(hosts.map((one) => listenUdp(one, port)));
  return Promise.all(hosts.map((one) => listenTcp({ host: one, port, ipv6Only: true })));
}

function listenUdp(host: string, port: number): Promise<Attempt> {
  return new Promise((resolve) => {
    const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
    socket.once("error", (error) => {
      socket.close();
      resolve(attemptOf(error));
    });
    socket.bind({ port, address: host, exclusive: true }, () => socket.close(() => resolve("free")));
  });
}

function attemptOf(error: unknown): Attempt {
  const code = systemCode(error);
  if (code === "EADDRINUSE") return "taken";
  return code === "EACCES" || code === "EPERM" ? "forbidden" : "unknown";
}

function listenTcp(options: ListenOptions): Promise<Attempt> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error) => resolve(attemptOf(error)));
    server.listen({ ...options, exclusive: true }, () => server.close(() => resolve("free")));
  });
}
