import { createSocket } from "node:dgram";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { answers, isFree } from "../../../src/platform/ports.ts";
import { freePorts } from "../../support/ports.ts";

const listen = async (host: string): Promise<{ readonly port: number; close(): Promise<void> }> => {
  const server = createServer().listen(0, host);
  await once(server, "listening");
  const close = async (): Promise<void> => {
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  };
  onTestFinished(close);
  return { port: (server.address() as AddressInfo).port, close };
};

const tcp = (host: string, port: number) => isFree({ host, port, protocol: "tcp" });

test("a port that something listens on must not be free, and be free when it has closed", async () => {
  const { port, close } = await listen("127.0.0.1");
  expect(await tcp("127.0.0.1", port)).toBe(false);
  expect(await answers("127.0.0.1", port)).toBe(true);
  await close();
  expect(await tcp("127.0.0.1", port)).toBe(true);
  expect(await tcp("0.0.0.0", port)).toBe(true);
  expect(await answers("127.0.0.1", port)).toBe(false);
});

test("a listener on one address must take the port from a mapping on every address, and the other way round", async () => {
  const one = await listen("127.0.0.1");
  expect(await tcp("0.0.0.0", one.port)).toBe(false);
  expect(await tcp("", one.port)).toBe(false);
  const all = await listen("0.0.0.0");
  expect(await tcp("127.0.0.1", all.port)).toBe(false);
});

test("a listener on another address must leave the port free", async () => {
  const { port } = await listen("127.0.0.2").catch(() => ({ port: 0 }));
  expect(port === 0 || (await tcp("127.0.0.1", port))).toBe(true);
});

test("an address this machine has not is left for the engine to judge", async () => {
  expect(await tcp("192.0.2.1", 4000)).toBe(true);
});

test("UDP ports must be asked about as such", async () => {
  // Not one that the system chooses: another test may have that number for TCP.
  const [port = 0] = await freePorts(1);
  const socket = createSocket("udp4").bind(port, "127.0.0.1");
  await once(socket, "listening");
  onTestFinished(() => void socket.close());
  expect(await isFree({ host: "127.0.0.1", port, protocol: "udp" })).toBe(false);
  expect(await tcp("127.0.0.1", port)).toBe(true);
});
