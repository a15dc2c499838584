import { plural } from "../../platform/text.ts";

/** How many rows each table has, by `database schema.table`, as SQL writes names. */
export type Rows = Readonly<Record<string, number>>;

export interface DumpReader {
  /** A piece of the dump, cut anywhere. */
  add(piece: Uint8Array): void;
  /** What has been read until now. */
  rows(): Rows;
}

const newline = 10;

/** `COPY public."My table" (id, text) FROM stdin;`; a table without columns has two spaces there. */
const copied = /^COPY ((?:"(?:[^"]|"")+"|[^\s".]+)(?:\.(?:"(?:[^"]|"")+"|[^\s".]+))?) +(?:\(.*\) )?FROM stdin;$/;

/** Counts the rows in what pg_dumpall writes: those lines between `COPY … FROM stdin;` and `\.`, a row each. */
export function readDump(): DumpReader {
  const rows: Record<string, number> = {};
  let database = "postgres";
  let table: string | null = null;
  let begun = Buffer.alloc(0);
  const take = (line: Buffer): void => {
    if (table !== null) {
      if (line.length === 2 && line.toString() === "\\.") table = null;
      else rows[table] = (rows[table] ?? 0) + 1;
      return;
    }
    const text = line.toString();
    database = connectedTo(text) ?? database;
    const name = copied.exec(text)?.[1];
    if (name === undefined) return;
    table = tableKey(database, name);
    rows[table] ??= 0;
  };
  return {
    add: (piece) => {
      let start = 0;
      for (let end = piece.indexOf(newline); end >= 0; end = piece.indexOf(newline, start)) {
        take(Buffer.concat([begun, piece.subarray(start, end)]));
        begun = Buffer.alloc(0);
        start = end + 1;
      }
      // A row can be very long, so only its first bytes are kept: they tell it from the end mark `\.`.
      if (table === null || begun.length < 3) begun = Buffer.concat([begun, piece.subarray(start)]);
    },
    rows: () => rows,
  };
}

export function tableKey(database: string, table: string): string {
  return `${database} ${table}`;
}

/** `\connect litellm`, `\connect "My base"`, `\connect -reuse-previous=on "dbname='it''s'"`. */
function connectedTo(line: string): string | undefined {
  const written = /^\\connect (?:-reuse-previous=on )?(.+)$/.exec(line)?.[1];
  if (written === undefined) return undefined;
  const plain = /^"(.*)"$/.exec(written)?.[1]?.replaceAll('""', '"') ?? written;
  return /^dbname='(.*)'$/.exec(plain)?.[1]?.replace(/\\(.)/g, "$1") ?? plain;
}

/** The tables whose row counts differ, in words; empty where every row came back. */
export function missingRows(wanted: Rows, found: Rows): readonly string[] {
  const tables = [...new Set([...Object.keys(wanted), ...Object.keys(found)])];
  return tables
    .filter((table) => wanted[table] !== found[table])
    .map((table) => `${table}: ${found[table] ?? "no table"} of ${wanted[table] ?? "none"}`);
}

interface Totals {
  readonly tables: number;
  readonly rows: number;
}

/** All null where the rows could not be counted. */
export function totalsOf(rows: Rows): Totals;
export function totalsOf(rows: Rows | null): Totals | { readonly tables: null; readonly rows: null };
export function totalsOf(rows: Rows | null): object {
  if (rows === null) return { tables: null, rows: null };
  const counts = Object.values(rows);
  return { tables: counts.length, rows: counts.reduce((sum, count) => sum + count, 0) };
}

/** `3 rows in 1 table`. */
export function rowsText(found: Rows): string {
  const { tables, rows } = totalsOf(found);
  return `${plural(rows, "row")} in ${plural(tables, "table")}`;
}
