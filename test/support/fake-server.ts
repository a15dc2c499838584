import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from "node:net";

const listening = async (server: Server) => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
};

/** An HTTP server on a free port of 127.0.0.1; close it with `await using`. */
export const startHttp = async (answer: RequestListener) => {
  const server = createServer(answer);
  const port = await listening(server);
  return {
    port,
    baseUrl: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
};

/** A TCP server that hands every connection to `meet`; close it with `await using`. */
export const startTcp = async (meet: (socket: Socket) => void) => {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.once("close", () => sockets.delete(socket));
    meet(socket);
  });
  const port = await listening(server);
  return {
    port,
    /** Resolves when nobody is connected any more. */
    deserted: async () => {
      while (sockets.size > 0) await Promise.all([...sockets].map((socket) => once(socket, "close")));
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
};

/** A port of 127.0.0.1 on which nothing listens. */
export const closedPort = async (): Promise<number> => {
  const server = createTcpServer();
  const port = await listening(server);
  server.close();
  await once(server, "close");
  return port;
};

/** As Postgres answers a log-in that it refuses: an error of severity FATAL with this SQLSTATE. */
export const postgresRefusal = (code: string, message: string): Buffer => {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C${code}\0M${message}\0\0`);
  const length = Buffer.alloc(4);
  length.writeInt32BE(fields.length + 4);
  return Buffer.concat([Buffer.from("E"), length, fields]);
};
