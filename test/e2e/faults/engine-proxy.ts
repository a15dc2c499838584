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
  /** Called at each request such as "POST /containers/create", which goes on only afterwards. */
  onRequest(act: (request: string) => Promise<void> | void): void;
  /** True once a fault has struck. */
  hasStruck(): boolean;
}

const engineSocket = (process.env["DOCKER_HOST"] ?? "unix:///var/run/docker.sock").replace("unix://", "");

/** A socket that leads to the real engine, whose every answer is late. */
export const startProxy = async (path: string, { lateMs = 0 } = {}): Promise<Proxy> => {
  const sockets = new Set<Socket>();
  let [isMute, hasStruck] = [false, false];
  let act: (request: string) => Promise<void> | void = () => undefined;
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
    let sent = Promise.resolve();
    client.on("data", (data) => {
      // A slow machine reads the end of one request together with the next.
      const requests = data.toString("latin1").match(/(?:GET|HEAD|POST|PUT|DELETE) \/\S*(?= HTTP\/1)/g) ?? [];
      const fault = planned !== null && requests.some((one) => planned?.request.test(one)) ? planned.fault : null;
      if (fault !== null) planned = null;
      sent = sent.then(async () => {
        for (const request of requests) await act(request);
        engine.write(data, () => fault !== null && strike(fault));
      });
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
    onRequest: (next) => {
      act = next;
    },
    hasStruck: () => hasStruck,
  };
};
