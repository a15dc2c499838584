import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { tableOfDifferences } from "../../differential/normalise.ts";
import { tableOfRefusedShapes } from "../../differential/shapes.ts";

const path = fileURLToPath(new URL("../../../docs/compose.md", import.meta.url));

// `npx vitest run --project unit test/unit/docs/compose.test.ts -u` writes it.
test("the page about Compose must list the differences and the refusals that the differential knows, and no other", async () => {
  const page = readFileSync(path, "utf8");
  const tables = [tableOfDifferences(), tableOfRefusedShapes()];
  const current = page.replace(/^\| (?:Compose prints|The stack)[\s\S]*?\n(?=\n|$)/gm, () => `${tables.shift()}\n`);
  expect(tables).toEqual([]);
  await expect(current).toMatchFileSnapshot(path);
});
