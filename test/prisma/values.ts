import fc from "fast-check";
import { enums, type Field } from "./models.ts";
import type { Word } from "./python-client.ts";

/** A value of a field: as the client is told it, as the client tells it, and as SQL has it. */
export interface Value {
  readonly word: Word;
  readonly told: unknown;
  /** For `$1::type`, in the type of the column. */
  readonly sql: string | null;
}

/** Texts that look like what the engine's protocols are made of. */
const awkward = [
  '{"$type":"Json","value":"{}"}',
  '{"$type":"BigInt","value":"1"}',
  '","value":"',
  '{"data":{"result":null}}',
  '{"prisma__type":"string","prisma__value":"x"}',
  '"user_facing_error":{"error_code":"P2036"}',
  '{ "$type" : "Bytes" , "value" : "AA==" }',
  "null",
  "NaN",
  "$1",
  "\\",
  '\\"',
  '\\\\"}',
  "\\u0041",
  '\'; DROP TABLE "LiteLLM_Config"; --',
  "{a,NULL}",
  "\t\n\r\u0001\u001f\u007f",
  "\u0085\u2028\u2029",
  "é e\u0301 ß 漢字 🇩🇪👩‍👩‍👧 \u202eabc\u202c",
  "  ",
  "",
];

const text = fc.oneof(
  fc.constantFrom(...awkward),
  fc.string({ unit: "binary", maxLength: 30 }).map((found) => found.replaceAll("\0", "")),
);

const wholeNumbers = (bits: number): fc.Arbitrary<bigint> => {
  const [least, most] = [-(2n ** BigInt(bits - 1)), 2n ** BigInt(bits - 1) - 1n];
  return fc.oneof(fc.constantFrom(least, most, 0n, -1n), fc.bigInt({ min: least, max: most }));
};

/** With the sixteen digits that Prisma's own engine keeps of a number. */
const floats = fc
  .oneof(
    fc.constantFrom(0, 1, -1, 1e-5, 0.1 + 0.2, 0.1, 1e15, 1e16, 123456789012345680, 1e21, 1e308, 5e-324, -1.5),
    fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e308, max: 1e308 }),
  )
  .map((found) => Number(found.toPrecision(16)) + 0);

/** JSON's own text, since JavaScript would round some of it. */
const jsonText: fc.Arbitrary<string> = fc.letrec<{ readonly tree: string }>((tie) => ({
  tree: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom("null", "true", "false", "9007199254740993", "-0.0001", "12345678901234567890", "1e-7", '""'),
    text.map((found) => JSON.stringify(found)),
    fc.array(tie("tree"), { maxLength: 4 }).map((items) => `[${items.join(",")}]`),
    fc
      .uniqueArray(fc.tuple(fc.oneof(text, fc.constantFrom("$type", "value", "data", "equals")), tie("tree")), {
        maxLength: 4,
        selector: ([key]) => key,
      })
      .map((pairs) => `{${pairs.map(([key, inner]) => `${JSON.stringify(key)}:${inner}`).join(",")}}`),
  ),
})).tree;

const times = fc
  .record({
    ms: fc.oneof(
      fc.constantFrom(
        0,
        -1,
        1_767_225_600_000,
        Date.UTC(2024, 1, 29, 23, 59, 59, 999),
        Date.UTC(1, 0, 3) - 59_958_144_000_000,
      ),
      fc.integer({ min: -60_000_000_000_000, max: 250_000_000_000_000 }),
    ),
    minutes: fc.constantFrom(0, 330, -570, 840, -720),
  })
  .map(({ ms, minutes }) => {
    const instant = new Date(ms).toISOString().slice(0, -1);
    const zone = `${minutes < 0 ? "-" : "+"}${new Date(Math.abs(minutes) * 60_000).toISOString().slice(11, 16)}`;
    const local = new Date(ms + minutes * 60_000).toISOString().slice(0, -1);
    return { word: { $time: `${local}${zone}` }, told: { $time: clientTime(instant) }, sql: instant };
  });

/** As Python writes it. */
const clientTime = (instant: string): string =>
  `${instant.endsWith(".000") ? instant.slice(0, -4) : `${instant}000`}+00:00`;

const bytes = fc.uint8Array({ maxLength: 40 }).map((found) => {
  const base64 = Buffer.from(found).toString("base64");
  return { word: { $bytes: base64 }, told: { $bytes: base64 }, sql: `\\x${Buffer.from(found).toString("hex")}` };
});

const whole = (found: bigint): Value => {
  const isSafe = found <= 2n ** 53n && found >= -(2n ** 53n);
  return { word: { $int: String(found) }, told: isSafe ? Number(found) : { $int: String(found) }, sql: String(found) };
};

const scalars: Readonly<Record<string, fc.Arbitrary<Value>>> = {
  String: text.map((found) => ({ word: found, told: found, sql: found })),
  Int: wholeNumbers(32).map(whole),
  BigInt: wholeNumbers(64).map(whole),
  Boolean: fc.boolean().map((found) => ({ word: found, told: found, sql: String(found) })),
  Float: floats.map((found) => ({ word: { $float: String(found) }, told: { $float: found }, sql: String(found) })),
  DateTime: times,
  Bytes: bytes,
  Json: jsonText.map((found) => ({ word: { $json: found }, told: { $json: found }, sql: found })),
};

const list = (items: readonly string[]): Value => ({
  word: items,
  told: items,
  sql: `{${items.map((item) => `"${item.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`).join(",")}}`,
});

export const valueFor = ({ type, kind, isList }: Field): fc.Arbitrary<Value> => {
  if (isList) return fc.array(text, { maxLength: 4 }).map(list);
  if (kind === "enum") {
    const names = enums.find(({ name }) => name === type)?.values.map(({ name }) => name) ?? [];
    return fc.constantFrom(...names).map((found) => ({ word: found, told: found, sql: found }));
  }
  const found = scalars[type];
  if (found === undefined) throw new Error(`no values of ${type}`);
  return found;
};
