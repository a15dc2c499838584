import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readScript } from "../../../../src/runtimes/postgres/sql-script.ts";

const statements = (text: string): readonly string[] => {
  const read = readScript(text);
  if (!read.ok) throw new Error(`line ${read.line}: ${read.reason}`);
  return read.steps.map(({ sql }) => sql);
};

const quiet = fc.stringMatching(/^[ a-z0-9,\n]{0,20}$/);
const inside = fc.stringMatching(/^[ ;\\a-z"/*-]{0,20}$/);

/** Pieces that hold anything, and end nothing. */
const piece = fc.oneof(
  quiet,
  inside.map((text) => `'${text}'`),
  inside.map((text) => `E'${text.replaceAll("\\", "\\\\")}'`),
  inside.map((text) => `"${text.replaceAll('"', '""')}"`),
  inside.map((text) => `$q$${text}$q$`),
  inside.map((text) => `/*${text.replaceAll(/[*/]/g, "")}*/`),
  inside.map((text) => `--${text}\n`),
  quiet.map((text) => `(${text};${text})`),
);
const statement = fc.array(piece, { maxLength: 6 }).map((pieces) => `select ${pieces.join(" ")} x`);

describe("readScript", () => {
  test("must cut between statements only, whatever they hold", () => {
    fc.assert(
      fc.property(fc.array(statement, { maxLength: 5 }), (all) => {
        expect(statements(all.map((one) => `${one};\n`).join(""))).toEqual(all);
      }),
    );
  });

  test("must answer for any text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const read = readScript(text);
        expect(read.ok ? read.steps.every(({ sql }) => sql !== "") : read.line >= 1).toBe(true);
      }),
    );
  });

  test("must read what the package ships", () => {
    const path = join(import.meta.dirname, "../../../../dev/initdb/10-langfuse.sql");
    expect(readScript(readFileSync(path, "utf8"))).toEqual({
      ok: true,
      steps: [{ sql: expect.stringMatching(/^SELECT 'CREATE DATABASE langfuse' WHERE/), line: 2, gexec: true }],
    });
  });

  test.each([
    ["nested comments", "select /* a /* ; */ ; */ 1; select 2", ["select /* a /* ; */ ; */ 1", "select 2"]],
    ["a rule's actions", "create rule r as on update to t do also (select 1; select 2); select 3", null],
    ["tagged bodies", "do $a$ begin $$;$$; end $a$; select $1", ["do $a$ begin $$;$$; end $a$", "select $1"]],
    ["backslashes in an escape string only", String.raw`select '\'; select E'\';'`, null],
  ])("must keep %s whole", (_, text, expected) => {
    expect(statements(text)).toEqual(
      expected ?? [text.slice(0, text.lastIndexOf("; ")), text.slice(text.lastIndexOf("; ") + 2)],
    );
  });

  test("must keep the body of a routine whole", () => {
    const routine =
      "create or replace function f() returns int begin atomic select case when true then 1 end; select 2; end";
    expect(statements(`${routine}; begin; select 1; end;`)).toEqual([routine, "begin", "select 1", "end"]);
  });

  test.each([
    ["select 1;\n\\connect other\n", 2, "\\connect"],
    ["select 1;\n\n\\i more.sql", 3, "\\i"],
    ["\\gexec", 1, "\\gexec"],
    ["select 1 \\gset", 1, "\\gset"],
    ["select 1;\nselect 'never closed", 2, "never closed"],
    ["select E'never closed", 1, "never closed"],
    ["select $a$ never closed $b$", 1, "never closed"],
    ["/* never /* closed */", 1, "never closed"],
  ])("must refuse %j at its line", (text, line, reason) => {
    expect(readScript(text)).toEqual({ ok: false, line, reason: expect.stringContaining(reason) });
  });
});
