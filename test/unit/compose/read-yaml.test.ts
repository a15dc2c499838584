import { expect, test } from "vitest";
import { createReport, formatDiagnostic } from "../../../src/compose/diagnostics.ts";
import { readDocuments } from "../../../src/compose/read-yaml.ts";
import { toPlain } from "../../../src/compose/tree.ts";

const read = (text: string) => {
  const report = createReport();
  const [tree] = readDocuments(text, "c.yml", report);
  return { tree, value: tree && toPlain(tree), said: report.diagnostics.map(formatDiagnostic) };
};

test("anchors, aliases and merge keys must unfold, with the own key first and of a list the first mapping", () => {
  const text = `
one: &one { a: 1, b: 1 }
two: &two { b: 2, c: 2 }
both:
  <<: [*one, *two]
  a: own
again: { <<: *one }
list: [*one, *two]
`;
  expect(read(text)).toMatchObject({
    said: [],
    value: {
      both: { a: "own", b: 1, c: 2 },
      again: { a: 1, b: 1 },
      list: [
        { a: 1, b: 1 },
        { b: 2, c: 2 },
      ],
    },
  });
});

test("everything must know its place", () => {
  const { tree } = read("services:\n  web:\n    image: nginx\n    ports: [80]\n");
  const services = tree?.kind === "map" ? tree.entries.get("services")?.value : undefined;
  const web = services?.kind === "map" ? services.entries.get("web") : undefined;
  const image = web?.value.kind === "map" ? web.value.entries.get("image") : undefined;
  expect(web?.at).toEqual({ file: "c.yml", line: 2, column: 3 });
  expect(image?.at).toEqual({ file: "c.yml", line: 3, column: 5 });
  expect(image?.value.at).toEqual({ file: "c.yml", line: 3, column: 12 });
});

test.each([
  ["a: 1\nb: 2\na: 3", ['c.yml:3:1 "a" is already set in line 1']],
  ["a: { <<: {b: 1}, <<: {c: 1} }", ['c.yml:1:18 "<<" is already set in line 1']],
  ["a: *none", ["c.yml:1:4 there is no anchor &none above"]],
  ["a: &a { b: *a }", ["c.yml:1:12 the anchor &a contains itself"]],
  ["a: { <<: 1 }", ['c.yml:1:10 "<<" needs a mapping or a list of mappings']],
  ["a: { <<: [1] }", ['c.yml:1:11 "<<" needs mappings in its list']],
  ["1: a", ["c.yml:1:1 the key 1 has to be in quotes"]],
  ["? [a]\n: 1", ["c.yml:1:3 a key has to be a word"]],
  ["a: !foo b", ["c.yml:1:9 the tag !foo is ignored"]],
  ["a: [1, 2", ["c.yml:1:9 Flow sequence in block collection must be sufficiently indented and end with a ]"]],
  ["a: { b: ${C:-d} }", ["c.yml:1:10 a variable in braces needs quotes here"]],
  ["a: b: c", ["c.yml:1:4 Nested mappings are not allowed in compact mappings"]],
])("%j must be told with its place", (text, said) => {
  expect(read(text).said).toEqual(said);
});

test("quotes must keep a number a text, and a tag must win", () => {
  const { tree } = read("a: \"012\"\nb: !!str 012\nc: 012\nd: '1'\n");
  expect(tree && toPlain(tree)).toEqual({ a: "012", b: "012", c: 10, d: "1" });
});

test("aliases that unfold to millions of values must be refused", () => {
  const levels = Array.from({ length: 9 }, (_, level) => {
    const above = level === 0 ? "x" : `*l${level - 1}`;
    return `l${level}: &l${level} [${Array.from({ length: 10 }, () => above).join(", ")}]`;
  });
  expect(read(levels.join("\n")).said[0]).toBe("c.yml:5:9 aliases unfold to more than 100000 values");
});

test("a file that is nested without end must be refused, not crash", () => {
  expect(read(`${"[".repeat(400)}${"]".repeat(400)}`).said[0]).toContain("nested deeper than 100 levels");
  expect(read("[".repeat(200_000)).said).toEqual(["c.yml:1:102 nested deeper than 100 levels"]);
  const chain = Array.from(
    { length: 3_000 },
    (_, level) => `l${level}: &l${level} [${level === 0 ? "x" : `*l${level - 1}`}]`,
  );
  expect(read(chain.join("\n")).said[0]).toBe("c.yml:201:13 nested deeper than 200 levels");
});
