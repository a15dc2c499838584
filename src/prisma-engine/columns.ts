import { parse as parseArray } from "postgres-array";

/** Numbers by which a driver adapter names the kinds of columns to Prisma's engine. */
const kind = {
  ...{ int: 0, bigint: 1, float: 2, double: 3, numeric: 4, bool: 5, char: 6, text: 7 },
  ...{ date: 8, time: 9, datetime: 10, json: 11, bytes: 13, uuid: 15 },
} as const;
const arrayOf = 64;

/** Type numbers from here up are taken for types that the database defines itself: enumerations, which are text. */
const firstOwnType = 10_000;

type Read = (text: string) => unknown;

function asText(text: string): string {
  return text;
}

/** Cuts off the offset: always +00 for timestamptz, since the session's time zone is UTC. A timetz loses its own. */
function withoutZone(text: string): string {
  return text.replace(/[+-]\d\d(?::?\d\d)?(?::\d\d)?$/, "");
}

function asBytes(hex: string): readonly number[] {
  return [...Buffer.from(hex.slice(2), "hex")];
}

/** Postgres's number of a type, its kind, how its text is read, and the number of its array's type. */
const types: readonly (readonly [id: number, kind: number, read: Read, array: number])[] = [
  [16, kind.bool, (text) => text === "t", 1000],
  [17, kind.bytes, asBytes, 1001],
  [18, kind.char, asText, 1002],
  [19, kind.text, asText, 1003],
  [20, kind.bigint, asText, 1016],
  [21, kind.int, Number, 1005],
  [23, kind.int, Number, 1007],
  [25, kind.text, asText, 1009],
  [26, kind.bigint, asText, 1028],
  [114, kind.json, asText, 199],
  [142, kind.text, asText, 143],
  [650, kind.text, asText, 651],
  [700, kind.float, Number, 1021],
  [701, kind.double, Number, 1022],
  [790, kind.numeric, (text) => text.replace(/[$,]/g, ""), 791],
  [869, kind.text, asText, 1041],
  [1042, kind.text, asText, 1014],
  [1043, kind.text, asText, 1015],
  [1082, kind.date, asText, 1182],
  [1083, kind.time, asText, 1183],
  [1114, kind.datetime, asText, 1115],
  [1184, kind.datetime, withoutZone, 1185],
  [1266, kind.time, withoutZone, 1270],
  [1560, kind.text, asText, 1561],
  [1562, kind.text, asText, 1563],
  [1700, kind.numeric, asText, 1231],
  [2950, kind.uuid, asText, 2951],
  [3802, kind.json, asText, 3807],
];

const kinds = new Map<number, number>([[705, kind.text]]);
const readers = new Map<number, Read>();
for (const [id, type, read, array] of types) {
  kinds.set(id, type).set(array, type + arrayOf);
  readers.set(id, read).set(array, (text) => parseArray(text, read));
}

/** The kind of a column of that type; undefined where Prisma knows none. */
export function columnKind(typeId: number): number | undefined {
  return kinds.get(typeId) ?? (typeId >= firstOwnType ? kind.text : undefined);
}

/** For pg: every value comes as text, and is read into what the engine takes. */
export const columnReaders = { getTypeParser: (typeId: number): Read => readers.get(typeId) ?? asText };
