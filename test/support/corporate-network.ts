import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer as createProxy } from "node:http";
import { createServer as createSite } from "node:https";
import { type AddressInfo, connect, type Socket } from "node:net";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { tempFolder } from "./temp.ts";

/** A name that nobody but the proxy knows. */
export const siteName = "api.corp.example";

export interface CorporateNetwork {
  /** The company's own certificate authority, in PEM. */
  readonly caFile: string;
  readonly proxyPort: number;
  /** What the proxy was asked for, as `CONNECT host:port` or `GET url`. */
  readonly asked: readonly string[];
  /** Calls that came through to the provider inside. */
  readonly calls: readonly string[];
}

const openssl = (folder: string, ...args: readonly string[]): void => {
  execFileSync("openssl", [...args], { cwd: folder, stdio: "ignore" });
};

const makeCertificates = (folder: string): { readonly key: Buffer; readonly cert: Buffer; readonly caFile: string } => {
  const key = (name: string): readonly string[] => ["-newkey", "rsa:2048", "-nodes", "-keyout", `${name}.key`];
  openssl(folder, "req", "-x509", ...key("ca"), "-out", "ca.pem", "-days", "2", "-subj", "/CN=goat test company");
  openssl(folder, "req", ...key("site"), "-out", "site.csr", "-subj", `/CN=${siteName}`);
  writeFileSync(join(folder, "site.ext"), `subjectAltName=DNS:${siteName}\nbasicConstraints=CA:FALSE\n`);
  const signed = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "site.ext"];
  openssl(folder, "x509", "-req", "-in", "site.csr", "-out", "site.pem", ...signed);
  const read = (name: string): Buffer => readFileSync(join(folder, name));
  return { key: read("site.key"), cert: read("site.pem"), caFile: join(folder, "ca.pem") };
};

const answer = JSON.stringify({
  id: "c",
  object: "chat.completion",
  created: 1_750_000_000,
  model: "m",
  choices: [{ index: 0, message: { role: "assistant", content: "Hello from inside" }, finish_reason: "stop" }],
  usage: { prompt_tokens: 9, completion_tokens: 3, total_tokens: 12 },
});

const portOf = (server: { address(): AddressInfo | string | null }): number => (server.address() as AddressInfo).port;

/** A provider that only a forwarding proxy reaches, under a certificate that only the company signs. */
export const openCorporateNetwork = async (): Promise<CorporateNetwork> => {
  const { key, cert, caFile } = makeCertificates(tempFolder());
  const [asked, calls]: [string[], string[]] = [[], []];
  const sockets = new Set<Socket>();
  const site = createSite({ key, cert }, (request, response) => {
    calls.push(`${request.method} ${request.url}`);
    request.resume();
    response.writeHead(200, { "content-type": "application/json" }).end(answer);
  }).listen(0, "127.0.0.1");
  await once(site, "listening");
  const proxy = createProxy((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.writeHead(502).end();
  });
  proxy.on("connect", (request, socket: Socket, head) => {
    asked.push(`CONNECT ${request.url}`);
    const inside = connect(portOf(site), "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      inside.write(head);
      inside.pipe(socket).pipe(inside);
    });
    for (const end of [socket, inside]) {
      sockets.add(end);
      end.on("error", () => undefined);
    }
  });
  proxy.listen(0, "0.0.0.0");
  await once(proxy, "listening");
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    for (const server of [proxy, site]) {
      server.close();
      server.closeAllConnections();
    }
  });
  return { caFile, proxyPort: portOf(proxy), asked, calls };
};
