import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { instanceVariables, portBlocks, portVariables } from "../../../src/project/instance.ts";

test("the ports that the shipped file's variables move must be found, with what they are by default", () => {
  const text = readFileSync(join(import.meta.dirname, "../../../dev/docker-compose.yml"), "utf8");
  expect(portVariables(text)).toEqual({ POSTGRES_PORT: 5432, LANGFUSE_PORT: 3001, LITELLM_PORT: 4000 });
});

test("two blocks of the shipped ports must never share one, nor take one of the default stack", () => {
  const base = { POSTGRES_PORT: 5432, LANGFUSE_PORT: 3001, LITELLM_PORT: 4000 };
  const seen = new Set(Object.values(base));
  let count = 0;
  for (const ports of portBlocks(base)) {
    if (count++ === 90) break;
    for (const port of Object.values(ports)) {
      expect(seen).not.toContain(port);
      seen.add(port);
    }
  }
});

test("whatever the ports are, a block must hold ports that exist, one for each", () => {
  const base = fc.dictionary(fc.stringMatching(/^[A-Z]{1,8}$/), fc.integer({ min: 1, max: 65_535 }), { minKeys: 1 });
  fc.assert(
    fc.property(base, (ports) => {
      for (const block of portBlocks(ports)) {
        expect(Object.keys(block)).toEqual(Object.keys(ports));
        expect(Object.values(block).every((port) => port > 0 && port < 65_536)).toBe(true);
      }
    }),
    { numRuns: 20 },
  );
});

const instance = {
  name: "a",
  stateDir: "/a/.goat-dev",
  ports: { A_PORT: 11, B_PORT: 12 },
  written: { A_PORT: null, B_PORT: "2" },
};

test.each([
  ["what .env said then", {}, { B_PORT: "2" }, { A_PORT: "11", B_PORT: "12" }],
  ["another port in .env since then", {}, { A_PORT: "9", B_PORT: "2" }, { B_PORT: "12" }],
  ["a line that is gone since then", {}, {}, { A_PORT: "11" }],
  ["a port of the shell", { A_PORT: "7" }, { B_PORT: "2" }, { B_PORT: "12" }],
])("with %s, an instance must set the rest", (_, shell, written, ports) => {
  expect(instanceVariables(instance, { shell, written })).toEqual({ COMPOSE_PROJECT_NAME: "goat-a", ...ports });
});
