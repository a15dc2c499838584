import { expect, test } from "vitest";
import type { Mount } from "../../../src/model/stack.ts";
import { drillStack } from "../../../src/stack/drill.ts";
import { gatewayOf } from "../../../src/stack/plan/endpoints.ts";
import { dependsOn, port, service, stackOf } from "../../support/sample-stack.ts";

const bind = (source: string, target: string): Mount => ({
  kind: "bind",
  source,
  target,
  readOnly: true,
  createHostPath: false,
});

const inContainer = "/app/dev/litellm-config.yaml";
const source = "/project/dev/litellm-config.yaml";

/** What the copy's gateway is, where the real one mounts its config so. */
const drilled = (mount: Mount) => {
  const litellm = service("litellm", {
    role: "gateway",
    environment: { DATABASE_URL: "postgresql://a:b@postgres/litellm", STORE_MODEL_IN_DB: "True", GROQ_API_KEY: "k" },
    ports: [port(4000)],
    files: [{ path: "dev/litellm-config.yaml", source, target: inContainer, hash: "a" }],
    dependsOn: [dependsOn("postgres")],
    ready: {
      kind: "http",
      host: "127.0.0.1",
      port: 4000,
      path: "/health/readiness",
      status: 200,
      says: { field: "db", value: "connected" },
    },
    docker: { command: ["--config", inContainer], mounts: [mount], containerName: "litellm" },
  });
  const stack = stackOf(litellm, service("postgres", { role: "database" }));
  const gateway = gatewayOf(stack);
  if (gateway?.config == null) throw new Error("the sample has no gateway with a config");
  const { target } = gateway.config;
  const config = { path: "/state/litellm-config.yaml", text: "{}", source, target };
  const copy = drillStack({ stack, gateway, name: "goat-drill-1", config, port: 5000 });
  const [only] = copy.services;
  return { copy, only };
};

test.each([
  ["its file", bind(source, inContainer), []],
  ["its folder", bind("/project/dev", "/app/dev"), [bind("/project/dev", "/app/dev")]],
])("a drill's copy must run on its own config where the real one mounts %s", (_what, mount, kept) => {
  const { only } = drilled(mount);
  expect(only?.run.docker?.mounts).toEqual([...kept, bind("/state/litellm-config.yaml", inContainer)]);
  expect(only?.files).toMatchObject([{ source: "/state/litellm-config.yaml" }]);
});

test("a drill's copy must be the gateway alone: no database to reach or to wait for, no name or port of the real one", () => {
  const { copy, only } = drilled(bind("/project/dev", "/app/dev"));
  expect(copy.services.map(({ name }) => name)).toEqual(["litellm"]);
  expect(only).toMatchObject({
    environment: { GROQ_API_KEY: "k" },
    dependsOn: [],
    ready: { kind: "http", port: 5000 },
    ports: [{ host: 5000, container: 4000 }],
    run: { embedded: { database: false } },
  });
  expect(only?.environment).not.toHaveProperty("DATABASE_URL");
  expect(only?.ready).not.toHaveProperty("says");
  expect(only?.run.docker).not.toHaveProperty("containerName");
});
