import { expect, test } from "vitest";
import { resolveSettings } from "../../../src/project/settings.ts";

test("flags win over variables, variables over the Compose file, and each has a default", () => {
  const xGoat = {
    timeout: "5m",
    example: "never",
    "docker-host": "unix:///x",
    engine: "docker",
    "litellm-database": false,
  };
  const env = { GOAT_DEV_TIMEOUT: "90", GOAT_DEV_EXAMPLE: "", GOAT_DEV_ENGINE: "embedded" };
  expect(resolveSettings({ flags: { timeoutMs: "10s" }, env, xGoat })).toEqual({
    timeoutMs: 10_000,
    dockerHost: "unix:///x",
    engine: "embedded",
    example: "never",
    litellmDatabase: false,
  });
  expect(resolveSettings({ flags: {}, env, xGoat: { timeout: 5 } }).timeoutMs).toBe(90_000);
  expect(resolveSettings({ flags: {}, env: {}, xGoat: { timeout: 5 } }).timeoutMs).toBe(5_000);
  expect(resolveSettings({ flags: {}, env: {}, xGoat: null })).toEqual({
    timeoutMs: null,
    dockerHost: null,
    engine: null,
    example: "auto",
    litellmDatabase: null,
  });
});

test.each([
  [{ flags: { timeoutMs: "soon" }, env: {}, xGoat: null }, '--timeout is "soon"'],
  [{ flags: {}, env: { GOAT_DEV_EXAMPLE: "yes" }, xGoat: null }, 'GOAT_DEV_EXAMPLE is "yes"'],
  [{ flags: { engine: "podman" }, env: {}, xGoat: null }, "should be docker or embedded"],
  [{ flags: {}, env: { GOAT_DEV_LITELLM_DATABASE: "no" }, xGoat: null }, "should be on or off"],
  [{ flags: {}, env: {}, xGoat: { timeout: 0 } }, 'x-goat: timeout is "0"'],
])("a value that is none must be named with where it stands", (sources, message) => {
  expect(() => resolveSettings(sources)).toThrow(
    expect.objectContaining({ code: "usage", message: expect.stringContaining(message) }),
  );
});
