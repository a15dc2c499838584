import { expect, test } from "vitest";
import { databaseUrlOf, gatewayOf, publishedPort, tracingOf, urlOf } from "../../../../src/stack/plan/endpoints.ts";
import { port, service, stackOf } from "../../../support/sample-stack.ts";

const config = {
  path: "dev/litellm-config.yaml",
  source: "/p/dev/litellm-config.yaml",
  target: "/app/config.yaml",
  hash: "h",
};
const gateway = service("litellm", {
  role: "gateway",
  ports: [port(4001, 4000)],
  environment: { LITELLM_MASTER_KEY: "sk-mine" },
  files: [config],
  docker: { command: ["--config", "/app/config.yaml", "--port", "4000"] },
});

test("the gateway must be found by its role, with its address, key and config on this machine", () => {
  expect(gatewayOf(stackOf(service("web"), gateway))).toMatchObject({
    url: "http://127.0.0.1:4001/v1",
    pageUrl: "http://localhost:4001",
    key: "sk-mine",
    config: { path: config.path, source: config.source },
  });
});

test.each([
  [["--config", "/app/config.yaml"]],
  [["--config=/app/config.yaml"]],
  [["-c", "/app/config.yaml", "--debug"]],
])("the config must be found in the command %j", (command) => {
  const spec = service("litellm", { ...gateway, docker: { command } });
  expect(gatewayOf(stackOf(spec))?.config?.path).toBe(config.path);
});

test("without a published port or the role there must be no gateway", () => {
  expect(gatewayOf(stackOf({ ...gateway, ports: [] }))).toBeNull();
  expect(gatewayOf(stackOf({ ...gateway, role: "other" }))).toBeNull();
});

test("a config that is not a mounted file, or not named, must be none", () => {
  expect(gatewayOf(stackOf({ ...gateway, files: [] }))?.config).toBeNull();
  const bare = service("litellm", { role: "gateway", ports: [port(4000)], files: [config] });
  expect(gatewayOf(stackOf(bare))?.config).toBeNull();
});

const tracing = service("langfuse", {
  role: "tracing",
  ports: [port(3001, 3000)],
  environment: {
    LANGFUSE_INIT_PROJECT_PUBLIC_KEY: "pk",
    LANGFUSE_INIT_PROJECT_SECRET_KEY: "sk",
    LANGFUSE_INIT_USER_EMAIL: "dev@goat.local",
    LANGFUSE_INIT_USER_PASSWORD: "goat-dev-password",
  },
});

test("Langfuse must be found by its role, with keys and log-in", () => {
  expect(tracingOf(stackOf(tracing))).toMatchObject({
    url: "http://127.0.0.1:3001",
    pageUrl: "http://localhost:3001",
    publicKey: "pk",
    secretKey: "sk",
    login: "dev@goat.local / goat-dev-password",
  });
  expect(tracingOf(stackOf({ ...tracing, environment: {} }))).toMatchObject({ login: null, publicKey: "" });
});

test("the database's address must not hold its password", () => {
  const environment = { POSTGRES_USER: "me", POSTGRES_PASSWORD: "secret", POSTGRES_DB: "litellm" };
  const database = service("db", { role: "database", ports: [port(5433, 5432)], environment });
  expect(databaseUrlOf(stackOf(database))).toBe("postgresql://me@127.0.0.1:5433/litellm");
  const plain = { ...database, environment: {} };
  expect(databaseUrlOf(stackOf(plain))).toBe("postgresql://postgres@127.0.0.1:5433/postgres");
  expect(urlOf(database)).toBeNull();
});

test.each([
  ["", "http://127.0.0.1:80"],
  ["0.0.0.0", "http://127.0.0.1:80"],
  ["::", "http://[::1]:80"],
  ["127.0.0.1", "http://127.0.0.1:80"],
  ["192.168.1.5", "http://192.168.1.5:80"],
  ["::1", "http://[::1]:80"],
])("what is published on %j must be reached at %s", (hostIp, url) => {
  expect(urlOf(service("web", { ports: [{ ...port(80), hostIp }] }))).toBe(url);
});

test("the page that a browser opens must keep the name that Langfuse keeps its log-in for", () => {
  expect(urlOf(tracing)).toBe("http://localhost:3001");
  expect(urlOf({ ...tracing, ports: [{ ...port(3001, 3000), hostIp: "192.168.1.5" }] })).toBe(
    "http://192.168.1.5:3001",
  );
});

test("only a TCP port with a number on this machine is an address", () => {
  const udp = { ...port(53), protocol: "udp" } as const;
  expect(publishedPort(service("dns", { ports: [udp, port(null, 80), port(8080)] }))).toMatchObject({ host: 8080 });
  expect(publishedPort(service("dns", { ports: [udp] }))).toBeNull();
});
