import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** What becomes of the engine: gone for good, gone and back at once, or there without ever answering again. */
export type Fault = "dies" | "restarts" | "hangs";

export interface Proxy {
  readonly env: { readonly DOCKER_HOST: string };
  /** From now on. */
  suffer(fault: Fault): void;
  /** As soon as a request such as "POST /containers/create" matches: it still reaches the engine, its answer is lost. */
  sufferAt(request: RegExp, fault: Fault): void;
  /** True once a fault has struck. */
  hasStruck(): boolean;
}

const engineSocket = (process.env["DOCKER_HOST"] ?? "unix:///var/run/docker.sock").replace("unix://", "");

/** A socket that leads to the real engine, whose every answer is late. */
export const startProxy = async (path: string, { lateMs = 0 } = {}): Promise<Proxy> => {
  const sockets = new Set<Socket>();
  let [isMute, hasStruck] = [false, false];
  let planned: { readonly request: RegExp; readonly fault: Fault } | null = null;
  const strike = (fault: Fault): void => {
    hasStruck = true;
    isMute = fault === "hangs";
    if (fault === "dies") server.close();
    if (fault !== "hangs") for (const socket of sockets) socket.destroy();
  };
  const server = createServer((client) => {
    const engine = connect(engineSocket);
    for (const [socket, peer] of [
      [client, engine],
      [engine, client],
    ] as const) {
      sockets.add(socket);
      socket.on("error", () => peer.destroy()).on("close", () => peer.destroy());
    }
    client.on("data", (data) => {
      const { request, fault } = planned ?? {};
      const isIt = fault !== undefined && request?.test(data.toString("latin1").split("\r\n", 1)[0] ?? "");
      if (isIt) planned = null;
      engine.write(data, () => isIt && strike(fault));
    });
    engine.on("data", (data) => {
      if (!isMute) setTimeout(() => client.write(data), lateMs);
    });
  });
  server.listen(path);
  await once(server, "listening");
  onTestFinished(() => strike("dies"));
  return {
    env: { DOCKER_HOST: `unix://${path}` },
    suffer: strike,
    sufferAt: (request, fault) => {
      planned = { request, fault };
    },
    hasStruck: () => hasStruck,
  };
};
