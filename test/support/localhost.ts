import dns from "node:dns";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { onTestFinished, vi } from "vitest";

/** In this process `localhost` leads to ::1 first, as on most machines. */
export const preferSixth = (): void => {
  const real = dns.lookup;
  vi.spyOn(dns, "lookup").mockImplementation(((name: string, ...rest: readonly unknown[]) => {
    const [options, done] = rest as [{ readonly all?: boolean }, (error: null, ...found: readonly unknown[]) => void];
    if (name !== "localhost") return Reflect.apply(real, dns, [name, ...rest]);
    const found = [
      { address: "::1", family: 6 },
      { address: "127.0.0.1", family: 4 },
    ];
    return options.all === true ? done(null, found) : done(null, "::1", 6);
  }) as typeof dns.lookup);
};

/** A program of somebody else's on [::1] of a port, and what it has heard. */
export const strangerOn = async (port: number): Promise<readonly string[]> => {
  const heard: string[] = [];
  const server: Server = createServer(({ method, url, headers }, response) => {
    heard.push(`${method} ${url} ${headers.authorization ?? ""}`);
    response.writeHead(200, { "content-type": "application/json" }).end("{}");
  });
  server.listen({ host: "::1", port, ipv6Only: true });
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return heard;
};
