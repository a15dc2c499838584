import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { type Address, databaseUrl, readAddress } from "./connections.ts";
import type { Database } from "./database.ts";
import type { Engine } from "./engine.ts";
import { failureOf, unstarted } from "./failures.ts";
import { createEngineServer } from "./server.ts";
import type { Wait } from "./waiting.ts";

export interface Door {
  readonly engine: Engine;
  readonly database: Database;
  readonly datamodelPath: string;
  readonly processors: number;
  readonly wait: Wait;
  onFailure(error: unknown): void;
}

/**
 * A server through which clients share this engine. Each client is served on a port of its own for as long as its
 * visitor, the program that connects here for it, stays connected. The visitor gets one line: `serving`, `refused`
 * where the client wants another schema or database, or `failed` and why.
 */
export function openDoor(door: Door): Server {
  return createServer((visitor) => {
    visitor.on("error", () => {});
    welcome(door, visitor).catch((error: unknown) => {
      door.onFailure(error);
      visitor.destroy();
    });
  });
}

async function welcome(door: Door, visitor: Socket): Promise<void> {
  const [port = "", datamodelPath, url = "", overwriting = ""] = await read(visitor);
  const address = addressOf(url, overwriting, door);
  if (address === undefined || datamodelPath !== door.datamodelPath || !door.database.fits(address)) {
    visitor.end("refused\n");
    return;
  }
  const reached = door.database.reach(address, door.wait);
  // It may fail before anybody waits for it.
  reached.catch(() => {});
  const own = forOneClient(door.engine);
  // Opened before the database is there, and requests wait: a client that finds it closed tries again only later.
  const server = createEngineServer({ engine: own, ready: reached, onFailure: door.onFailure });
  server.listen(Number(port), "127.0.0.1");
  visitor.on("close", () => {
    server.close();
    server.closeAllConnections();
    own.leave();
  });
  await once(server, "listening");
  try {
    await reached;
    visitor.write("serving\n");
  } catch (error) {
    visitor.end(`failed ${unstarted(failureOf(error, address))}\n`);
  }
}

/**
 * Reads what a visitor asks for: the port for its client, the schema file that the client was made for, and the
 * client's DATABASE_URL and OVERWRITE_DATASOURCES.
 */
async function read(visitor: Socket): Promise<readonly string[]> {
  let text = "";
  for await (const piece of visitor.setEncoding("utf8").iterator({ destroyOnReturn: false })) {
    text += piece;
    if (text.endsWith("\n")) break;
  }
  // A visitor sends nothing more; without reading on, the end of the connection would not be noticed.
  visitor.resume();
  return text.slice(0, -1).split("\0");
}

function addressOf(url: string, overwriting: string, { processors }: Door): Address | undefined {
  try {
    return readAddress(databaseUrl(url, overwriting), processors);
  } catch {
    // The visitor is refused, becomes an engine of its own, and reports the invalid URL itself.
    return undefined;
  }
}

/** The engine for one client. `leave` rolls back its open transactions, whose locks others may wait for. */
function forOneClient(engine: Engine): Engine & { leave(): void } {
  const open = new Set<string>();
  return {
    ...engine,
    start: async (body) => {
      const answer = await engine.start(body);
      const { id }: { readonly id?: string } = answer.status === 200 ? JSON.parse(answer.body) : {};
      if (id !== undefined) open.add(id);
      return answer;
    },
    commit: (id) => {
      open.delete(id);
      return engine.commit(id);
    },
    rollback: (id) => {
      open.delete(id);
      return engine.rollback(id);
    },
    leave: () => {
      for (const id of open) engine.rollback(id).catch(() => {});
    },
  };
}
