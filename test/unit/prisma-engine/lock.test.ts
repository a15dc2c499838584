import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";

const folder = join(import.meta.dirname, "..", "..", "..", "python");

const versionsIn = (name: string): ReadonlyMap<string, string> => {
  const lines = readFileSync(join(folder, name), "utf8").matchAll(/^([a-z0-9-]+)==(\S+)/gm);
  return new Map([...lines].map(([, name = "", version = ""]) => [name, version]));
};

const client: { readonly version: string; readonly request: unknown } = JSON.parse(
  gunzipSync(readFileSync(join(folder, "prisma-client.json.gz"))).toString("utf8"),
);

describe("the lock of what LiteLLM's database needs", () => {
  test("must name Prisma's Python client, and of everything else what LiteLLM's lock names", () => {
    const litellm = versionsIn("litellm.lock");
    const own = [...versionsIn("prisma.lock")].filter(([name, version]) => litellm.get(name) !== version);
    expect(own.map(([name]) => name)).toEqual(["nodeenv", "prisma"]);
    expect([...litellm.keys()].filter((name) => name === "prisma")).toEqual([]);
  });

  test("must hold the request for the client of the LiteLLM that is locked: npm run lock:prisma", () => {
    expect(client.version).toBe(versionsIn("litellm.lock").get("litellm-proxy-extras"));
  });

  test("must hold no path of the machine on which it was made", () => {
    expect(JSON.stringify(client)).not.toMatch(/"\/(?!nowhere\/)/);
  });
});
