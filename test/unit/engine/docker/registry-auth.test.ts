import { chmodSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { registryLogin, registryOf } from "../../../../src/engine/docker/registry-auth.ts";
import { tempFolder, writeFiles } from "../../../support/temp.ts";

const dockerHub = "https://index.docker.io/v1/";

const loginFor = (image: string, config: object | string, env: Record<string, string> = {}) => {
  const text = typeof config === "string" ? config : JSON.stringify(config);
  const readFile = async (path: string) => (path === "/h/.docker/config.json" ? text : null);
  return registryLogin(image, { env, home: "/h", readFile }, AbortSignal.timeout(10_000));
};

const authFor = async (...args: Parameters<typeof loginFor>) => (await loginFor(...args)).auth;

const encoded = (text: string) => ({ auth: Buffer.from(text).toString("base64") });

/** A PATH with a credential helper called "test" that answers with this script. */
const helperPath = (script: string): string => {
  const folder = writeFiles(tempFolder(), { "docker-credential-test": `#!/bin/sh\n${script}\n` });
  chmodSync(join(folder, "docker-credential-test"), 0o755);
  return `${folder}:/usr/bin:/bin`;
};

describe("an image's registry", () => {
  test.each([
    ["postgres:16", dockerHub],
    ["langfuse/langfuse:2", dockerHub],
    ["docker.io/library/postgres", dockerHub],
    ["ghcr.io/berriai/litellm:v1", "ghcr.io"],
    ["localhost:5000/x", "localhost:5000"],
    ["localhost/x", "localhost"],
  ])("of %s must be %s", (image, registry) => {
    expect(registryOf(image)).toBe(registry);
  });
});

describe("a log-in", () => {
  test("must be read from auths, with a colon in the password", async () => {
    expect(await authFor("postgres", { auths: { [dockerHub]: encoded("me:a:b") } })).toEqual({
      username: "me",
      password: "a:b",
      serveraddress: dockerHub,
    });
  });

  test("must be read by the registry's URL as well", async () => {
    expect(await authFor("ghcr.io/x", { auths: { "https://ghcr.io": encoded("me:x") } })).toMatchObject({
      username: "me",
    });
  });

  test("may be an identity token", async () => {
    expect(await authFor("ghcr.io/x", { auths: { "ghcr.io": { identitytoken: "t" } } })).toEqual({
      identitytoken: "t",
      serveraddress: "ghcr.io",
    });
  });

  test.each([
    {},
    "{",
    "[]",
    { auths: {} },
    { auths: { "ghcr.io": {} } },
    { auths: { "ghcr.io": { auth: "bm9jb2xvbg==" } } },
  ])("must be none for %j", async (config) => {
    expect(await authFor("ghcr.io/x", config)).toBeNull();
  });

  test("must come from a credential helper, which is given the registry on its standard input", async () => {
    const PATH = helperPath(`read server; printf '{"Username":"me","Secret":"for %s"}' "$server"`);
    expect(await authFor("ghcr.io/x", { credsStore: "test" }, { PATH })).toEqual({
      username: "me",
      password: "for ghcr.io",
      serveraddress: "ghcr.io",
    });
    expect(await authFor("ghcr.io/x", { credHelpers: { "ghcr.io": "test" } }, { PATH })).toMatchObject({
      username: "me",
    });
  });

  test("of a helper may be a token", async () => {
    const PATH = helperPath(`printf '{"Username":"<token>","Secret":"t"}'`);
    expect(await authFor("ghcr.io/x", { credsStore: "test" }, { PATH })).toEqual({
      identitytoken: "t",
      serveraddress: "ghcr.io",
    });
  });

  test.each([
    ["is not installed", "/usr/bin:/bin", "absent"],
    ["knows nothing", null, "test"],
  ])("must be none where the helper %s", async (_, path, helper) => {
    const PATH = path ?? helperPath("echo credentials not found; exit 1");
    expect(await authFor("ghcr.io/x", { credsStore: helper }, { PATH })).toBeNull();
  });

  test("must say where it was found, so that a refusal can name it", async () => {
    const inFile = { auths: { "ghcr.io": encoded("me:x") } };
    expect((await loginFor("ghcr.io/x", inFile)).from).toBe("Docker's config file");
    const PATH = helperPath(`echo '{"Username":"me","Secret":"x"}'`);
    expect((await loginFor("ghcr.io/x", { credsStore: "test" }, { PATH })).from).toBe("docker-credential-test");
    expect(await loginFor("ghcr.io/x", { credsStore: "test" }, { PATH: helperPath("exit 1") })).toEqual({
      auth: null,
      from: null,
    });
  });

  test("must name a helper that is not there", async () => {
    expect(await loginFor("ghcr.io/x", { credsStore: "gone" }, { PATH: "/usr/bin:/bin" })).toEqual({
      auth: null,
      from: "docker-credential-gone",
    });
  });
});
