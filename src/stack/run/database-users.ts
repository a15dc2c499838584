import type { Users } from "../../doctor/failures/evidence.ts";
import type { Engine } from "../../engine/engine.ts";
import { GoatError } from "../../errors/goat-error.ts";
import type { ServiceSpec } from "../../model/stack.ts";

/** The file of pg_authid, the one table of users, in every cluster. */
const usersScript = `base64 < "\${PGDATA:-$0}/global/1260"`;

/**
 * The database's users, read from its data files: the server does not list them to a client that cannot log in, and
 * refuses a wrong name and a wrong password alike. Null where they cannot be read.
 */
export async function databaseUsers(
  {
    engine,
    service,
    container,
  }: { readonly engine: Engine; readonly service: ServiceSpec; readonly container: string },
  signal: AbortSignal,
): Promise<Users | null> {
  const data = service.environment["PGDATA"] || "/var/lib/postgresql/data";
  try {
    const { exitCode, output } = await engine.exec(container, ["sh", "-c", usersScript, data], signal);
    return exitCode === 0 ? usersIn(Buffer.from(output, "base64")) : null;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof GoatError) return null;
    throw error;
  }
}

const PAGE_BYTES = 8192;

const PAGE_HEADER_BYTES = 24;

const NAME_BYTES = 64;

/** The user that a cluster is made with has this id, whatever its name. */
const FIRST_ID = 10;

interface Row {
  readonly id: number;
  readonly name: string;
}

/** Every user in the pages of pg_authid; names that begin with pg_ are the server's own roles. Null for anything else. */
export function usersIn(bytes: Buffer): Users | null {
  const rows = Array.from({ length: Math.floor(bytes.length / PAGE_BYTES) }, (_, index) =>
    rowsIn(bytes.subarray(index * PAGE_BYTES, (index + 1) * PAGE_BYTES)),
  ).flat();
  const first = rows.findLast(({ id }) => id === FIRST_ID);
  if (first === undefined) return null;
  const names = new Set(rows.map(({ name }) => name).filter((name) => !name.startsWith("pg_")));
  return { first: first.name, all: [...names] };
}

/** A page begins with its header; the two bytes at offset 12 say where the pointers to its rows end. */
function rowsIn(page: Buffer): readonly Row[] {
  const end = page.readUInt16LE(12);
  const count = Math.max(0, Math.floor((Math.min(end, PAGE_BYTES) - PAGE_HEADER_BYTES) / 4));
  return Array.from({ length: count }, (_, index) => page.readUInt32LE(PAGE_HEADER_BYTES + index * 4)).flatMap(
    (pointer) => rowAt(page, pointer & 0x7fff, (pointer >>> 15) & 0x3),
  );
}

/** State 1 means that there is a row. Its header says at byte 22 where its columns begin: id, then name. */
function rowAt(page: Buffer, offset: number, state: number): readonly Row[] {
  if (state !== 1 || offset + 23 > PAGE_BYTES) return [];
  const at = offset + page.readUInt8(offset + 22);
  if (at + 4 + NAME_BYTES > PAGE_BYTES) return [];
  const name = page.subarray(at + 4, at + 4 + NAME_BYTES);
  const length = name.indexOf(0);
  return length < 1 ? [] : [{ id: page.readUInt32LE(at), name: name.toString("utf8", 0, length) }];
}
