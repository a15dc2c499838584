import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { tableOfDifferences } from "../../differential/normalise.ts";

const path = fileURLToPath(new URL("../../../docs/compose.md", import.meta.url));

// `npx vitest run --project unit test/unit/docs/compose.test.ts -u` writes it.
test("the page about Compose must list the differences that the differential takes out, and no other", async () => {
  const page = readFileSync(path, "utf8");
  const [before = "", after = ""] = page.split(/^\| Compose prints[\s\S]*?\n(?=\n)|^TABLE\n/m);
  await expect(`${before}${tableOfDifferences()}\n${after}`).toMatchFileSnapshot(path);
});
