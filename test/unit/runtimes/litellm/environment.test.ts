import { expect, test } from "vitest";
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

const own = { marker: "/m", shell: {} };

test("LiteLLM must get what the Compose file sets, and where it logs", () => {
  const environment = { LITELLM_LOCAL_MODEL_COST_MAP: "True", LITELLM_MODE: "PRODUCTION", GROQ_API_KEY: "gsk-1" };
  expect(environmentOf({ ...local, environment }, { marker: "/cache/installed.json", shell: {} })).toEqual({
    ...environment,
    GOAT_DEV_LOG_FILE: "/state/logs/1/service.log",
    GOAT_DEV_INSTALLED: "/cache/installed.json",
  });
});

test("what makes LiteLLM look for a database must be absent, not empty", () => {
  const environment = { DATABASE_URL: "postgresql://a:b@127.0.0.1/litellm", DATABASE_HOST: "postgres", DIRECT_URL: "" };
  const names = Object.keys(environmentOf({ ...local, environment }, own));
  expect(names).toEqual(["GOAT_DEV_LOG_FILE", "GOAT_DEV_INSTALLED"]);
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
    environmentOf({ ...local, environment }, { marker: "/m", shell: env });
  expect(made({})).toMatchObject({ NO_PROXY: "intern.example,localhost,127.0.0.1,::1" });
  expect(made({})["no_proxy"]).toBe(made({})["NO_PROXY"]);
  expect(made({ NO_PROXY: "mine" })).toMatchObject({ NO_PROXY: "mine" });
  expect(made({}, {})).not.toHaveProperty("NO_PROXY");
});
