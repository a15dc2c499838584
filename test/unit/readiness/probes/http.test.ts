import { createServer } from "node:http";
import { expect, test } from "vitest";
import { probeHttp } from "../../../../src/readiness/probe.ts";
import { closedPort, startHttp, startTcp } from "../../../support/fake-server.ts";

const host = "127.0.0.1";
const noSignal = new AbortController().signal;

const noLog = (): Promise<string> => Promise.reject(new Error("the log was not to be read"));

const ask = (port: number, changes: { path?: string; status?: number; signal?: AbortSignal } = {}) =>
  probeHttp(
    { host, port, path: changes.path ?? "/health", status: changes.status ?? 200 },
    { signal: changes.signal ?? noSignal, log: noLog },
  );

test.each([
  [200, 200, { state: "ready" }],
  [204, 204, { state: "ready" }],
  [200, 503, { state: "pending" }],
  [200, 404, { state: "pending" }],
  [200, 301, { state: "pending" }],
])("where %i is wanted, %i must be %o", async (wanted, given, verdict) => {
  await using server = await startHttp((_request, response) =>
    response.writeHead(given, { location: "/" }).end("body"),
  );
  expect(await ask(server.port, { status: wanted })).toMatchObject(verdict);
});

test("an answer that is not the wanted one must be told with its question", async () => {
  await using server = await startHttp((_request, response) => response.writeHead(503).end());
  expect(await ask(server.port, { path: "/health/readiness" })).toEqual({
    state: "pending",
    why: `GET /health/readiness on port ${server.port} answers 503`,
  });
});

test.each([
  [{ db: "connected" }, { state: "ready" }],
  [{ status: "healthy" }, { state: "ready" }],
  ["I'm alive!", { state: "ready" }],
  [{ db: "Not connected" }, { state: "pending", why: expect.stringContaining('200, and db is "Not connected"') }],
])("where its database has to be connected, %j must be %o", async (body, verdict) => {
  await using server = await startHttp((_request, response) => response.writeHead(200).end(JSON.stringify(body)));
  const says = { field: "db", value: "connected" };
  const spec = { host, port: server.port, path: "/health/readiness", status: 200, says };
  expect(await probeHttp(spec, { signal: noSignal, log: noLog })).toMatchObject(verdict);
});

test("a port that nobody listens on must be told as refused", async () => {
  const port = await closedPort();
  expect(await ask(port)).toEqual({ state: "pending", why: `GET /health on port ${port}: connection refused` });
});

test("a connection that is taken and dropped must be told as not listening yet", async () => {
  await using reset = await startTcp((socket) => socket.resetAndDestroy());
  const why = (port: number): string => `GET /health on port ${port}: connection dropped, not listening yet`;
  expect(await ask(reset.port)).toEqual({ state: "pending", why: why(reset.port) });
  await using closed = await startTcp((socket) => socket.end());
  expect(await ask(closed.port)).toEqual({ state: "pending", why: why(closed.port) });
});

test("an answer that does not come must end with the try, and be told so", async () => {
  const stop = new AbortController();
  await using server = await startHttp(() => stop.abort());
  expect(await ask(server.port, { signal: stop.signal })).toEqual({
    state: "pending",
    why: `GET /health on port ${server.port}: no answer in time`,
  });
});

test("a body that never ends must not hold the probe", async () => {
  await using server = await startHttp((_request, response) => void response.writeHead(200).write("begun"));
  expect(await ask(server.port)).toEqual({ state: "ready" });
});

test("something else than HTTP on the port must be told as no answer", async () => {
  await using server = await startTcp((socket) => void socket.write("SSH-2.0-OpenSSH_9.6\r\n\r\n"));
  expect(await ask(server.port)).toMatchObject({ state: "pending" });
});

test("an address in IPv6 must be asked too", async ({ skip }) => {
  const server = createServer((_request, response) => response.end());
  const listens = await new Promise<boolean>((resolve) => {
    server.once("error", () => resolve(false));
    server.listen(0, "::1", () => resolve(true));
  });
  const address = server.address();
  if (!listens || address === null || typeof address === "string") return skip("no IPv6 here");
  expect(
    await probeHttp({ host: "::1", port: address.port, path: "/", status: 200 }, { signal: noSignal, log: noLog }),
  ).toEqual({
    state: "ready",
  });
  server.closeAllConnections();
  server.close();
});

const hopeless = { status: 500, log: "fast_hashed_secret_key", reason: "known-secret" } as const;

test.each([
  [500, "P2002: fast_hashed_secret_key", { state: "failed", reason: "known-secret" }],
  [500, "booting", { state: "pending" }],
  [503, "P2002: fast_hashed_secret_key", { state: "pending" }],
])("an answer of %i with %j in the log must be %o", async (status, log, verdict) => {
  await using server = await startHttp((_request, response) => response.writeHead(status).end());
  const spec = { host, port: server.port, path: "/health", status: 200, hopeless };
  expect(await probeHttp(spec, { signal: noSignal, log: async () => log })).toMatchObject(verdict);
});

test("a log that cannot be read must leave the wait going on", async () => {
  await using server = await startHttp((_request, response) => response.writeHead(500).end());
  const spec = { host, port: server.port, path: "/health", status: 200, hopeless };
  expect(await probeHttp(spec, { signal: noSignal, log: noLog })).toEqual({
    state: "pending",
    why: `GET /health on port ${server.port} answers 500`,
  });
});
