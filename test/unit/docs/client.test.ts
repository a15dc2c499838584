import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import * as client from "../../../src/client/client.ts";

const read = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");
const page = read("docs/client.md");

test("docs/client.md must name everything that the library exports, and import nothing else", () => {
  const names = Object.keys(client);
  expect(names.filter((name) => !page.includes(name))).toEqual([]);
  const imported = /import \{ ([^}]+) \} from "goat-dev\/client"/.exec(page)?.[1]?.split(", ") ?? [];
  expect(imported.length).toBeGreaterThan(3);
  expect(imported.filter((name) => !names.includes(name))).toEqual([]);
});

test("docs/client.md must list every kind of failure, and no other", () => {
  const union = /export type GatewayErrorKind =([\s\S]*?);\n\n/.exec(read("src/client/errors.ts"))?.[1] ?? "";
  const kinds = [...union.matchAll(/\| "([a-z-]+)"/g)].map(([, kind]) => kind);
  const table = page.slice(page.indexOf("| `kind` |"));
  const listed = [...table.matchAll(/^\| ((?:`[a-z-]+`(?:, )?)+) \| [^W]/gm)]
    .flatMap(([, cell = ""]) => cell.match(/[a-z-]{2,}/g) ?? [])
    .filter((kind) => kind !== "kind");
  expect(listed.toSorted()).toEqual(kinds.toSorted());
});
