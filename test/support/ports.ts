import { once } from "node:events";
import { createServer } from "node:net";

/** Below every system's range for outgoing connections, so that none of those takes a port in between. */
const range = { from: 18_000, size: 12_000 };

/** True where nothing holds the port of 127.0.0.1. */
export const isPortFree = async (port: number): Promise<boolean> => {
  const server = createServer();
  server.listen({ host: "127.0.0.1", port, exclusive: true });
  const free = await Promise.race([
    once(server, "listening").then(() => true),
    once(server, "error").then(() => false),
  ]).catch(() => false);
  if (free) {
    server.close();
    await once(server, "close");
  }
  return free;
};

/** Different ports of 127.0.0.1 that nothing holds, chosen at random: suites that run at once rarely meet. */
export const freePorts = async (count: number): Promise<readonly number[]> => {
  const found = new Set<number>();
  while (found.size < count) {
    const port = range.from + Math.floor(Math.random() * range.size);
    if (!found.has(port) && (await isPortFree(port))) found.add(port);
  }
  return [...found];
};
