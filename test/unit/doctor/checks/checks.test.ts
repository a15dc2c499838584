import { expect, test } from "vitest";
import { engineText } from "../../../../src/app/preflight.ts";
import { checkEnvFile, checkPasswords, checkProviderKeys } from "../../../../src/doctor/checks/env-file.ts";
import { checkGatewayConfig, checkMounts } from "../../../../src/doctor/checks/mounted-files.ts";
import { readKeys } from "../../../../src/project/keys.ts";

const context = (envFile: string) => ({ envFile, places: {}, notes: [] });

test("an engine must be told with its version and where the choice came from", () => {
  const info = {
    kind: "docker",
    version: "28.2.2",
    endpoint: "unix:///var/run/docker.sock",
    source: "context colima",
  } as const;
  expect(engineText(info)).toBe("Docker 28.2.2 (context colima)");
  expect(engineText({ ...info, product: "Podman" })).toBe("Podman 28.2.2 (context colima)");
});

test.each([
  [0o100600, "ok", ".env mode 0600"],
  [0o100400, "ok", ".env mode 0400"],
  [0o100640, "warning", ".env can be read by others (mode 0640): chmod 600 .env"],
  [0o100604, "warning", ".env can be read by others (mode 0604): chmod 600 .env"],
  [null, "warning", "no .env yet: goat-dev up makes it"],
])(".env with mode %s must be %s", (mode, verdict, text) => {
  expect(checkEnvFile(".env", mode)).toEqual({ verdict, text });
});

test("one usable provider must be enough, and a half-set one told", () => {
  const keys = readKeys({ GROQ_API_KEY: "gsk_x", AZURE_API_KEY: "x" });
  expect(checkProviderKeys(keys, context(".env"))).toEqual([
    { verdict: "ok", text: "groq key set · azure lacks AZURE_API_BASE" },
  ]);
});

test("no usable provider must be a problem that names file and variables", () => {
  expect(checkProviderKeys(readKeys({}), context("ci.env"))).toMatchObject([
    {
      verdict: "problem",
      text: expect.stringContaining("no provider key in ci.env"),
      error: { code: "no-provider-key" },
    },
  ]);
});

test("a password that does not fit into a URL must be a problem that does not show it", () => {
  expect(checkPasswords({ POSTGRES_PASSWORD: "plain-password" })).toMatchObject({ verdict: "ok" });
  const result = checkPasswords({ POSTGRES_PASSWORD: "pass@word" });
  expect(result).toMatchObject({ verdict: "problem", error: { code: "password-needs-encoding" } });
  expect(JSON.stringify(result)).not.toContain("pass@word");
});

const mistake = { service: "litellm", source: "dev/config.yaml", target: "/app/config.yaml" };

test("mounted files that are there must be fine", () => {
  expect(checkMounts([])).toEqual({ verdict: "ok", text: "all mounted files exist" });
});

test("the first wrong mount must decide the code, and every one be told", () => {
  const missing = { ...mistake, problem: "missing" } as const;
  const folder = { ...mistake, service: "web", problem: "directory where a file is expected" } as const;
  expect(checkMounts([missing, folder])).toMatchObject({
    verdict: "problem",
    error: {
      code: "mount-source-missing",
      service: "litellm",
      message: "litellm mounts dev/config.yaml as /app/config.yaml, and it is missing",
      evidence: ["web mounts dev/config.yaml as /app/config.yaml, and it is a folder, not a file"],
    },
  });
  expect(checkMounts([folder])).toMatchObject({ error: { code: "mount-source-wrong-kind" } });
});

test("a LiteLLM config must be told by its routes, a broken one as a problem, an absent one not at all", () => {
  const config = { path: "dev/c.yaml", source: "/p/dev/c.yaml" };
  const text = "model_list:\n  - model_name: a\n    litellm_params: { model: groq/a }\n";
  expect(checkGatewayConfig(text, config)).toEqual({ verdict: "ok", text: "dev/c.yaml: 1 route" });
  expect(checkGatewayConfig("model_list: [", config)).toMatchObject({
    verdict: "problem",
    error: { code: "gateway-config-invalid" },
  });
  const misspelt = text.replace("groq/a", "groqq/a");
  expect(checkGatewayConfig(misspelt, config)).toMatchObject({
    verdict: "problem",
    text: "dev/c.yaml:3:30 LiteLLM knows no provider groqq; did you mean groq?",
  });
  expect(checkGatewayConfig(undefined, null)).toMatchObject({ verdict: "skipped" });
});
