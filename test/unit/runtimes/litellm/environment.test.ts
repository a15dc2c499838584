import { expect, test } from "vitest";
import type { Machine } from "../../../../src/engine/processes/runtime.ts";
import { environmentOf } from "../../../../src/runtimes/litellm/runtime.ts";

const local = {
  service: "litellm",
  container: "goat-litellm-1",
  command: [],
  ports: [],
  mounts: [],
  workingDir: "/project",
  logFolder: "/state/logs/1",
};

const machine = (env: Machine["env"] = {}): Machine => ({
  ...{ cache: "/cache", packageRoot: "/package", nodePath: "/usr/bin/node", version: "1", env, home: "/home" },
  ...{ platform: "linux", arch: "x64", uid: 1000, pid: 1 },
});

const own = { marker: "/m", machine: machine({ PATH: "/usr/bin" }) };

test("LiteLLM must get what the Compose file sets, and where it logs", () => {
  const environment = { LITELLM_LOCAL_MODEL_COST_MAP: "True", LITELLM_MODE: "PRODUCTION", GROQ_API_KEY: "gsk-1" };
  expect(environmentOf({ ...local, environment }, { marker: "/cache/installed.json", machine: machine() })).toEqual({
    ...environment,
    GOAT_DEV_LOG_FILE: "/state/logs/1/service.log",
    GOAT_DEV_CONTROL: "/state/logs/1",
    GOAT_DEV_INSTALLED: "/cache/installed.json",
  });
});

test("with a database LiteLLM must find goat-dev's engine and command line, and fetch nothing", () => {
  const environment = { DATABASE_URL: "postgresql://a:b@127.0.0.1/litellm" };
  expect(environmentOf({ ...local, environment }, own)).toEqual({
    ...environment,
    PRISMA_QUERY_ENGINE_BINARY: "/package/bin/query-engine",
    PRISMA_CLI_PATH: "/package/bin/prisma",
    PRISMA_OFFLINE_MODE: "true",
    PATH: "/package/bin:/usr/bin",
    GOAT_DEV_NODE: "/usr/bin/node",
    GOAT_DEV_LOG_FILE: "/state/logs/1/service.log",
    GOAT_DEV_CONTROL: "/state/logs/1",
    GOAT_DEV_INSTALLED: "/m",
  });
});

test("a native engine must be used where it is named: in the Compose file, else in the shell", () => {
  const url = { DATABASE_URL: "postgresql://a:b@127.0.0.1/litellm" };
  const shell = { marker: "/m", machine: machine({ PRISMA_QUERY_ENGINE_BINARY: "/shell" }) };
  const engineOf = (environment: Readonly<Record<string, string>>) =>
    environmentOf({ ...local, environment }, shell)["PRISMA_QUERY_ENGINE_BINARY"];
  expect(engineOf(url)).toBe("/shell");
  expect(engineOf({ ...url, PRISMA_QUERY_ENGINE_BINARY: "/file" })).toBe("/file");
});

test("a program's own variable must not lead the gateway to itself", () => {
  const environment = { OPENAI_BASE_URL: "http://localhost:4000/v1", OPENAI_API_KEY: "sk-1" };
  const made = environmentOf({ ...local, environment }, own);
  expect(made).not.toHaveProperty("OPENAI_BASE_URL");
  expect(made).toHaveProperty("OPENAI_API_KEY", "sk-1");
});

test("the shell's proxy must not stand between LiteLLM and this machine's own services", () => {
  const shell = { HTTPS_PROXY: "http://proxy:3128", NO_PROXY: "intern.example,localhost" };
  const made = (environment: Readonly<Record<string, string>>, env: Readonly<Record<string, string>> = shell) =>
    environmentOf({ ...local, environment }, { marker: "/m", machine: machine(env) });
  expect(made({})).toMatchObject({ NO_PROXY: "intern.example,localhost,127.0.0.1,::1" });
  expect(made({})["no_proxy"]).toBe(made({})["NO_PROXY"]);
  expect(made({ NO_PROXY: "mine" })).toMatchObject({ NO_PROXY: "mine" });
  expect(made({}, {})).not.toHaveProperty("NO_PROXY");
});
