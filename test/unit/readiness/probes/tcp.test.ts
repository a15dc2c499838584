import { expect, test } from "vitest";
import { probeTcp } from "../../../../src/readiness/probe.ts";
import { closedPort, startTcp } from "../../../support/fake-server.ts";

const host = "127.0.0.1";
const noSignal = new AbortController().signal;

test("a connection that is taken and stays must be ready", async () => {
  await using silent = await startTcp(() => undefined);
  expect(await probeTcp({ host, port: silent.port }, noSignal)).toEqual({ state: "ready" });
  await using greeting = await startTcp((socket) => void socket.write("220 ready\r\n"));
  expect(await probeTcp({ host, port: greeting.port }, noSignal)).toEqual({ state: "ready" });
});

test("a connection that is taken and dropped, as by Docker's proxy, must not be ready", async () => {
  await using server = await startTcp((socket) => socket.end());
  expect(await probeTcp({ host, port: server.port }, noSignal)).toEqual({
    state: "pending",
    why: `port ${server.port}: connection dropped, not listening yet`,
  });
});

test("a port that nobody listens on must be told by its number", async () => {
  const port = await closedPort();
  expect(await probeTcp({ host, port }, noSignal)).toEqual({ state: "pending", why: `port ${port}: ECONNREFUSED` });
});

test("a try that is over must be told as such", async () => {
  await using server = await startTcp(() => undefined);
  expect(await probeTcp({ host, port: server.port }, AbortSignal.abort())).toEqual({
    state: "pending",
    why: `port ${server.port}: no answer in time`,
  });
});

test("a probe must leave no connection behind", async () => {
  await using server = await startTcp(() => undefined);
  await probeTcp({ host, port: server.port }, noSignal);
  await server.deserted();
});
