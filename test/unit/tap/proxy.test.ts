import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:http";
import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import { describe, expect, onTestFinished, test } from "vitest";
import { noPrices, spentOn } from "../../../src/tap/price.ts";
import { startHttp } from "../../support/fake-server.ts";
import { call, chat, open, openTap } from "../../support/tap-client.ts";

const promised = () => {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve: () => resolve() };
};

const gatewayThat = async (answer: (request: IncomingMessage, response: ServerResponse) => void) => {
  const gateway = await startHttp(answer);
  onTestFinished(() => gateway[Symbol.asyncDispose]());
  return gateway;
};

const tapTo = async (answer: (request: IncomingMessage, response: ServerResponse) => void) => {
  const gateway = await gatewayThat(answer);
  return { gateway, tap: await openTap({ gateway: gateway.baseUrl }) };
};

/** Answers with what it heard. */
const echo = (request: IncomingMessage, response: ServerResponse): void => {
  response.writeHead(200, { "content-type": request.headers["content-type"] ?? "text/plain", "x-twice": ["a", "b"] });
  request.pipe(response);
};

/** What a raw connection hears until it is closed. */
const say = async (port: string, text: string | Buffer): Promise<string> => {
  const socket = connect(Number(port), "127.0.0.1");
  socket.write(text);
  let heard = "";
  for await (const piece of socket) heard += piece;
  return heard;
};

const portOf = ({ origin }: { readonly origin: string }): string => new URL(origin).port;

describe("what goes through", () => {
  test("a request and its answer must arrive byte for byte, with their headers, in either direction", async () => {
    const { gateway, tap } = await tapTo((request, response) => {
      response.setHeader("x-heard", JSON.stringify(request.rawHeaders));
      echo(request, response);
    });
    const body = Buffer.from(Array.from({ length: 70_000 }, (_, index) => index % 256));
    const headers = { "content-type": "multipart/form-data; boundary=x", "X-Mixed-Case": "v" };
    const direct = await call(`${gateway.baseUrl}/v1/files?a=1`, body, { headers });
    const through = await call(`${tap.origin}/v1/files?a=1`, body, { headers });
    expect(through.body).toBe(direct.body);
    expect(through.headers["x-twice"]).toBe("a, b");
    const heard = (answer: typeof direct): string[] =>
      JSON.parse(String(answer.headers["x-heard"])).filter(
        (word: string) => !/^(?:host|127\.0\.0\.1.*|connection|close|keep-alive)$/i.test(word),
      );
    expect(heard(through)).toEqual(heard(direct));
  });

  test("a stream must come piece by piece, and tell its usage", async () => {
    const first = promised();
    const { tap } = await tapTo((_, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write('data: {"choices":[{"delta":{"content":"Hel"}}]}\n\n');
      void first.promise.then(() => {
        response.write('data: {"choices":[],"usage":{"prompt_tokens":8,"completion_tokens":3,"cost":0.5}}\n\n');
        response.end("data: [DONE]\n\n");
      });
    });
    const ended = tap.next();
    const asked = open(`${tap.origin}/v1/chat/completions`, { method: "POST" });
    asked.end('{"model":"m","stream":true}');
    const [answer] = (await once(asked, "response")) as [IncomingMessage];
    const [piece] = await once(answer, "data");
    expect(String(piece)).toContain("Hel");
    first.resolve();
    await once(answer, "end");
    const call = await ended;
    expect(call.metered.usage).toEqual({ prompt_tokens: 8, completion_tokens: 3 });
    expect(spentOn(call, noPrices)).toMatchObject({ costUsd: 0.5, isAbout: false });
  });

  test("a packed answer must stay packed, and its usage be read", async () => {
    const packed = gzipSync('{"usage":{"prompt_tokens":8,"completion_tokens":3}}');
    const { tap } = await tapTo((_, response) => {
      response.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" }).end(packed);
    });
    const ended = tap.next();
    const answer = await chat(tap.origin);
    expect(answer.headers["content-encoding"]).toBe("gzip");
    expect((await ended).metered.usage).toEqual({ prompt_tokens: 8, completion_tokens: 3 });
  });

  test("a client that waits for 100 Continue must get it, and its body go on", async () => {
    const { tap } = await tapTo(echo);
    const asked = open(`${tap.origin}/v1/files`, { method: "POST", headers: { expect: "100-continue" } });
    asked.flushHeaders();
    await once(asked, "continue");
    asked.end("after all");
    const [answer] = (await once(asked, "response")) as [IncomingMessage];
    const [piece] = await once(answer, "data");
    expect(String(piece)).toBe("after all");
  });

  test("a body of 100 MB must go through, and a larger one be refused in the API's form", async () => {
    let size = 0;
    const { tap } = await tapTo((request, response) => {
      request.on("data", (chunk: Buffer) => (size += chunk.length)).on("end", () => response.end("ok"));
    });
    const most = 100 * 1024 * 1024;
    expect((await call(`${tap.origin}/v1/files`, Buffer.alloc(most))).body).toBe("ok");
    expect(size).toBe(most);
    const refused = await call(`${tap.origin}/v1/chat/completions`, Buffer.alloc(most + 1));
    expect(refused.status).toBe(413);
    expect(JSON.parse(refused.body).error.message).toContain("100 MB");
    // Not announced: it turns out on the way.
    const asked = open(`${tap.origin}/v1/files`, { method: "POST", headers: { "transfer-encoding": "chunked" } });
    asked.end(Buffer.alloc(most + 1));
    const [answer] = (await once(asked, "response")) as [IncomingMessage];
    expect(answer.statusCode).toBe(413);
  });
});

describe("who breaks off", () => {
  test("a program that leaves must end its call at the gateway at once", async () => {
    const gone = promised();
    const { tap } = await tapTo((request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" }).write("data: 1\n\n");
      request.socket.once("close", () => gone.resolve());
    });
    const ended = tap.next();
    const asked = open(`${tap.origin}/v1/chat/completions`, { method: "POST" });
    asked.on("error", () => undefined).end("{}");
    const [answer] = (await once(asked, "response")) as [IncomingMessage];
    answer.on("error", () => undefined);
    await once(answer, "data");
    asked.destroy();
    await gone.promise;
    expect((await ended).end).toBe("program left");
  });

  test("a program that leaves before an answer began, or closes its half, must end its call too", async () => {
    const asked = promised();
    const gone = promised();
    const { tap } = await tapTo((request) => {
      asked.resolve();
      request.socket.once("close", () => gone.resolve());
    });
    const ended = tap.next();
    const socket = connect(Number(portOf(tap)), "127.0.0.1");
    socket.write(`POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:${portOf(tap)}\r\nContent-Length: 2\r\n\r\n{}`);
    await asked.promise;
    socket.end();
    await gone.promise;
    expect(await ended).toMatchObject({ end: "program left", status: null });
  });

  test("a gateway that breaks off must break off the program's answer", async () => {
    const { tap } = await tapTo((_, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write("data: 1\n\n", () => response.destroy());
    });
    const ended = tap.next();
    await expect(chat(tap.origin)).rejects.toThrow(/aborted|hang up|terminated/);
    expect((await ended).end).toBe("broken off");
  });

  test("a gateway that is not there must be told in the API's form, and one that restarts be waited for", async () => {
    const gateway = createServer((_, response) => response.end("{}"));
    await once(gateway.listen(0, "127.0.0.1"), "listening");
    const address = gateway.address();
    const port = typeof address === "object" ? (address?.port ?? 0) : 0;
    const tap = await openTap({ gateway: `http://127.0.0.1:${port}` });
    expect((await chat(tap.origin)).status).toBe(200);
    gateway.closeAllConnections();
    await new Promise((resolve) => gateway.close(resolve));
    const waiting = chat(tap.origin);
    const again = createServer((_, response) => response.end('{"again":true}'));
    onTestFinished(() => void again.close());
    again.listen(port, "127.0.0.1");
    expect((await waiting).body).toBe('{"again":true}');
    const never = await openTap({ gateway: "http://127.0.0.1:9" });
    const refused = await chat(never.origin);
    expect(refused.status).toBe(502);
    expect(JSON.parse(refused.body).error).toMatchObject({ type: "api_connection_error", code: "502" });
  });
});

describe("who is not let in", () => {
  test("another Host, none at all, or a page of another machine must be refused", async () => {
    const { tap } = await tapTo(echo);
    const port = portOf(tap);
    const status = async (headers: Record<string, string>): Promise<number> =>
      (await call(`${tap.origin}/v1/models`, undefined, { headers })).status;
    expect(await status({ host: "evil.example" })).toBe(421);
    expect(await status({ host: `evil.example:${port}` })).toBe(421);
    expect(await status({ origin: "https://evil.example" })).toBe(403);
    expect(await status({ origin: "null" })).toBe(403);
    expect(await status({ origin: "http://localhost:3000" })).toBe(200);
    expect(await status({ host: `localhost:${port}` })).toBe(200);
    expect(await say(port, "GET / HTTP/1.1\r\n\r\n")).toMatch(/^HTTP\/1.1 400 /);
    expect(tap.calls.length).toBe(2);
  });

  test("a client that speaks TLS or HTTP/2 must be told what this is", async () => {
    const { tap } = await tapTo(echo);
    const hello = Buffer.from("16030100c8010000c40303", "hex");
    expect(await say(portOf(tap), hello)).toContain("HTTP/1.1 without TLS");
    expect(await say(portOf(tap), "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")).toMatch(/^HTTP\/1.1 400 /);
  });
});
