import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, inject, test } from "vitest";
import { engineEnvironment } from "./environment.ts";

const { missing, python } = inject("prisma");

test.skipIf(missing !== null)("every name that LiteLLM and the client use of the client must be there", async () => {
  const { stdout } = await promisify(execFile)(python, [join(import.meta.dirname, "names.py")], {
    env: engineEnvironment("postgresql://nobody@127.0.0.1:1/nothing"),
  });
  const found: { readonly missing: readonly string[]; readonly seen: number } = JSON.parse(stdout);
  expect(found.missing).toEqual([]);
  expect(found.seen).toBeGreaterThan(1_000);
});
