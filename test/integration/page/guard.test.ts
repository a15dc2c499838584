import { once } from "node:events";
import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import type { PageFile } from "../../../src/pages/files.ts";
import { createPageServer, sendJson } from "../../../src/web/server.ts";

const token = "one-time-token";

const files: ReadonlyMap<string, PageFile> = new Map([
  ["/", { type: "text/html; charset=utf-8", body: Buffer.from("<!doctype html>the page"), forever: false }],
  ["/assets/a.js", { type: "text/javascript; charset=utf-8", body: Buffer.from("1"), forever: true }],
]);

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

const open = async () => {
  const bodies: unknown[] = [];
  const server = createPageServer({
    files,
    token,
    answer: async ({ method, body }, response) => {
      if (method === "POST") bodies.push(await body());
      sendJson(response, 200, '{"secret":"trace"}');
    },
    explain: () => ({ status: 500, json: "{}" }),
    onVisit: () => undefined,
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close().closeAllConnections());
  const { port } = server.address() as AddressInfo;
  const host = `127.0.0.1:${port}`;
  const send = async (path: string, headers: Readonly<Record<string, string>> = {}, body?: string): Promise<Answer> => {
    const method = body === undefined ? "GET" : "POST";
    const sent = httpRequest({ host: "127.0.0.1", port, path, method, headers: { host, ...headers } });
    sent.end(body);
    const [response] = await once(sent, "response");
    let text = "";
    for await (const piece of response.setEncoding("utf8")) text += piece;
    return { status: response.statusCode, headers: response.headers, text };
  };
  const enter = async (): Promise<string> => {
    const { headers } = await send(`/?token=${token}`);
    return headers["set-cookie"]?.[0]?.split(";")[0] ?? "";
  };
  return { send, enter, host, bodies };
};

test("without the cookie nothing may be read: not the page, not its files, not its questions", async () => {
  const { send } = await open();
  for (const path of ["/", "/assets/a.js", "/api/traces"]) {
    const { status, text } = await send(path);
    expect(status).toBe(401);
    expect(text).not.toContain('trace"');
  }
  expect((await send("/?token=a-guess")).status).toBe(401);
  expect((await send("/api/traces", { cookie: "goat-dev-1=x" })).status).toBe(401);
});

test("what is no address must be refused, and end nothing", async () => {
  const { send } = await open();
  for (const path of ["//", "http://[", "/%"]) expect((await send(path)).status).toBeGreaterThanOrEqual(400);
  expect((await send(`/?token=${token}`)).status).toBe(303);
});

test("the token must become a cookie that no script reads and no other site sends along, once", async () => {
  const { send } = await open();
  const first = await send(`/?token=${token}`);
  expect(first).toMatchObject({ status: 303, headers: { location: "/" } });
  const [cookie = ""] = first.headers["set-cookie"] ?? [];
  expect(cookie).toMatch(/^goat-dev-\d+=[\w-]{32}; Path=\/; HttpOnly; SameSite=Strict$/);
  const again = await send(`/?token=${token}`);
  expect(again).toMatchObject({ status: 401, text: expect.stringContaining("goat-dev open") });
  const [pair = ""] = cookie.split(";");
  expect(await send("/", { cookie: pair })).toMatchObject({ status: 200, text: "<!doctype html>the page" });
  expect((await send(`/?token=${token}`, { cookie: pair })).status).toBe(303);
});

test("a name that somebody else's DNS has pointed here must be refused, with the cookie too", async () => {
  const { send, enter } = await open();
  const cookie = await enter();
  for (const host of ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "localhost.evil.example"]) {
    expect((await send("/api/traces", { cookie, host })).status, host).toBe(421);
  }
  expect((await send(`/?token=${token}`, { host: "evil.example" })).status).toBe(421);
  expect((await send("/api/traces", { cookie, host: "localhost:1" })).status).toBe(200);
});

test("another page's script, form, frame or event stream must be refused, with the cookie too", async () => {
  const { send, enter, host, bodies } = await open();
  const cookie = await enter();
  const json = { cookie, "content-type": "application/json" };
  const foreign: readonly Readonly<Record<string, string>>[] = [
    { origin: "http://evil.example" },
    { origin: "null" },
    { origin: "http://127.0.0.1:1" },
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
  ];
  for (const headers of foreign) {
    expect((await send("/api/events", { cookie, ...headers })).status).toBe(403);
    expect((await send("/api/chat", { ...json, ...headers }, "{}")).status).toBe(403);
  }
  // A form, and a client that says nothing of itself.
  expect(
    (await send("/api/chat", { cookie, "content-type": "text/plain", origin: `http://${host}` }, "{}")).status,
  ).toBe(400);
  expect((await send("/api/chat", json, "{}")).status).toBe(403);
  expect(bodies).toEqual([]);
  expect((await send("/api/chat", { ...json, origin: `http://${host}` }, '{"a":1}')).status).toBe(200);
  expect(bodies).toEqual([{ a: 1 }]);
});

test("every answer must forbid what is not its own: scripts in its text, frames, other servers", async () => {
  const { send, enter } = await open();
  const cookie = await enter();
  for (const path of ["/", "/assets/a.js", "/api/traces", "/nothing"]) {
    const { headers } = await send(path, { cookie });
    const policy = headers["content-security-policy"];
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    expect(headers).toMatchObject({ "x-content-type-options": "nosniff", "referrer-policy": "no-referrer" });
    expect(headers["access-control-allow-origin"]).toBeUndefined();
  }
});

test("no path may reach the disk", async () => {
  const { send, enter } = await open();
  const cookie = await enter();
  for (const path of ["/../package.json", "/assets/../../../etc/passwd", "/%2e%2e/package.json", "//etc/passwd"]) {
    expect((await send(path, { cookie })).status).toBe(404);
  }
});
