import fc from "fast-check";
import { expect, test } from "vitest";
import { missingRows, readDump } from "../../../../src/stack/run/dump-rows.ts";

const read = (text: string, cuts: readonly number[] = []): Readonly<Record<string, number>> => {
  const bytes = Buffer.from(text);
  const reader = readDump();
  const places = [0, ...[...cuts].map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  for (let index = 1; index < places.length; index++) reader.add(bytes.subarray(places[index - 1], places[index]));
  return reader.rows();
};

/** A value as COPY writes it. */
const escaped = (value: string): string =>
  value.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll("\t", "\\t").replaceAll("\r", "\\r");

test("rows must be counted by database and table, and nothing else be taken for one", () => {
  const dump = String.raw`-- PostgreSQL database cluster dump
CREATE ROLE postgres;
\connect litellm
COPY public."LiteLLM_X" (id, "a b") FROM stdin;
1	COPY public.y (id) FROM stdin;
2	\\.
\.
COPY public.empty (id) FROM stdin;
\.
CREATE FUNCTION f() AS 'select 1';
\connect "My base"
COPY odd."t"" (x) t" (id, "a) FROM stdin;") FROM stdin;

\.
\connect -reuse-previous=on "dbname='it\'s'"
COPY public.z  FROM stdin;

\.
`;
  expect(read(dump)).toEqual({
    'litellm public."LiteLLM_X"': 2,
    "litellm public.empty": 0,
    'My base odd."t"" (x) t"': 1,
    "it's public.z": 1,
  });
});

test("whatever rows hold, and wherever the dump is cut, each must be counted once", () => {
  const table = fc.record({ name: fc.stringMatching(/^[a-z]{1,6}$/), rows: fc.array(fc.string({ unit: "binary" })) });
  const tables = fc.uniqueArray(table, { selector: ({ name }) => name });
  fc.assert(
    fc.property(tables, fc.array(fc.nat(), { maxLength: 20 }), (all, cuts) => {
      const blocks = all.map(({ name, rows }) =>
        [`COPY public.${name} (a) FROM stdin;`, ...rows.map(escaped), "\\.", "", "SELECT 1;", ""].join("\n"),
      );
      const expected = Object.fromEntries(all.map(({ name, rows }) => [`db public.${name}`, rows.length]));
      expect(read(`\\connect db\n${blocks.join("")}`, cuts)).toEqual(expected);
    }),
  );
});

test("a table that is gone, one that is new, and one with other rows must be named with both counts", () => {
  expect(missingRows({ "d a": 1, "d b": 2, "d same": 3 }, { "d b": 1, "d c": 4, "d same": 3 })).toEqual([
    "d a: no table of 1",
    "d b: 1 of 2",
    "d c: 4 of none",
  ]);
});
