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
 * Serves each visitor's client on its own port while the connection is open. It is answered in a line: `serving`, `refused` where it
 * wants another engine than this one, or `failed` and why.
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
  // Its client finds the port open at once and is answered once the database is there: it would look again only after a while.
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

/** The port where its client will ask, the file of the schema that the client was made for, and what the client's environment says of the database. */
async function read(visitor: Socket): Promise<readonly string[]> {
  let text = "";
  for await (const piece of visitor.setEncoding("utf8").iterator({ destroyOnReturn: false })) {
    text += piece;
    if (text.endsWith("\n")) break;
  }
  // It sends nothing more: what is waited for is its end.
  visitor.resume();
  return text.slice(0, -1).split("\0");
}

function addressOf(url: string, overwriting: string, { processors }: Door): Address | undefined {
  try {
    return readAddress(databaseUrl(url, overwriting), processors);
  } catch {
    // The visitor becomes an engine of its own, and says it in its own words.
    return undefined;
  }
}

/** What a client leaves open when it goes holds locks that others wait for. */
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
