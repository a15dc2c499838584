import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { createServer as createTcpServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { systemCode } from "../../../src/errors/describe.ts";
import { HttpTimeout, httpGet, httpPost } from "../../../src/platform/http.ts";

const serve = async (listener: RequestListener): Promise<string> => {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}/path?q=1`;
};

const signal = (): AbortSignal => AbortSignal.timeout(10_000);

test("an answer must come back whole, with its status, whatever that is", async () => {
  const url = await serve((request, response) => {
    response.writeHead(503).write("half of ");
    response.end(`${request.method} ${request.url} ${request.headers.authorization}`);
  });
  const answer = await httpGet(url, signal(), { headers: { authorization: "Bearer x" } });
  expect(answer).toMatchObject({ status: 503, text: "half of GET /path?q=1 Bearer x" });
});

test("a POST must send its body as JSON, and its answer's headers come back", async () => {
  const url = await serve(async (request, response) => {
    let text = "";
    for await (const piece of request) text += piece;
    response.setHeader("x-cost", "3");
    response.end(`${request.method} ${request.headers["content-type"]} ${text}`);
  });
  const answer = await httpPost(url, { a: [1, "ü"] }, signal());
  expect(answer).toMatchObject({
    status: 200,
    text: 'POST application/json {"a":[1,"ü"]}',
    headers: { "x-cost": "3" },
  });
});

test("a redirect must be an answer, not be followed", async () => {
  const url = await serve((_, response) => response.writeHead(302, { location: "/elsewhere" }).end());
  expect(await httpGet(url, signal())).toMatchObject({ status: 302 });
});

test("a port that nobody listens on must be told by its code", async () => {
  const server = createTcpServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}/`;
  expect(systemCode(await httpGet(url, signal()).catch((error: unknown) => error))).toBe("ECONNREFUSED");
});

test("a connection that is dropped before the answer must be told by its code", async () => {
  const url = await serve((request) => request.socket.destroy());
  expect(systemCode(await httpGet(url, signal()).catch((error: unknown) => error))).toBe("ECONNRESET");
});

test.each(["before the answer", "in the middle of the answer"])(
  "a signal %s must reject with its reason",
  async (when) => {
    const stop = new AbortController();
    const reason = new Error("enough");
    const url = await serve((_, response) => {
      if (when === "before the answer") return stop.abort(reason);
      response.write("half", () => stop.abort(reason));
    });
    await expect(httpGet(url, stop.signal)).rejects.toBe(reason);
  },
);

test.each([
  ["before the answer", "nothing within 0.5 s"],
  ["in the middle of the answer", "200, then no end within 0.5 s"],
])("a limit that is over %s must tell what was heard", async (when, heard) => {
  const url = await serve((_, response) => {
    if (when !== "before the answer") response.write("half");
  });
  const error = await httpGet(url, signal(), { limitMs: 500 }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(HttpTimeout);
  expect(error).toMatchObject({ message: heard });
});
