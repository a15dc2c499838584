import { describe, expect, test } from "vitest";
import { fitDatabase } from "../../../../src/runtimes/litellm/database.ts";
import { loadText } from "../../../support/load-compose.ts";

const read = (goat: string, url = "postgresql://a:b@postgres:5432/litellm") => {
  const { stack } = loadText(`services:
  postgres: { image: postgres, x-goat: { role: database } }
  cache: { image: redis }
  litellm:
    image: litellm
    x-goat: ${goat}
    depends_on: [postgres, cache]
    ports: ["127.0.0.1:4000:4000"]
    environment: { DATABASE_URL: "${url}", STORE_MODEL_IN_DB: "True", GROQ_API_KEY: "gsk-1" }
`);
  const written = stack.services.find(({ name }) => name === "litellm");
  if (written === undefined) throw new Error("there is no litellm");
  return { written, fitted: fitDatabase(written, stack) };
};

describe("LiteLLM with a database", () => {
  const { written, fitted } = read("{ role: gateway }");

  test("must start beside the stack's database, and after everything else", () => {
    expect(fitted.dependsOn).toMatchObject([{ service: "postgres", beside: true }, { service: "cache" }]);
    expect(fitted.dependsOn[1]).toEqual(written.dependsOn[1]);
  });

  test("must get its environment as written, and be ready once it is connected", () => {
    expect(fitted.environment).toEqual(written.environment);
    expect(fitted.ready).toEqual(written.ready);
    expect(JSON.stringify(fitted.ready)).toContain('"says":{"field":"db","value":"connected"}');
  });
});

describe.each([
  ["where the file says so", read("{ role: gateway, embedded: { database: false } }")],
  ["where it has no address of one", read("{ role: gateway }", "")],
])("LiteLLM without a database, %s,", (_, { fitted }) => {
  test("must find none of the variables that make it look for one", () => {
    expect(fitted.environment).toEqual({ GROQ_API_KEY: "gsk-1" });
  });

  test("must not need the stack's database", () => {
    expect(fitted.dependsOn.map(({ service }) => service)).toEqual(["cache"]);
    expect(JSON.stringify(fitted.ready)).not.toContain("says");
  });
});
