import { describe, expect, test } from "vitest";
import { cloudGateway, openCloudProject, twoSecrets } from "../../support/cloud.ts";
import { closedPort } from "../../support/fake-server.ts";

/** What goes wrong -> code, exit status, the first command that mends it. */
const faults = [
  ["no token", { token: "missing" }, "modal-token-missing", 2, "modal token new"],
  ["a token that has expired", { token: "expired" }, "modal-token-refused", 6, "modal token new"],
  ["no way to Modal", { token: "offline" }, "modal-unreachable", 3, "goat-dev modal doctor"],
  ["no environment", { environments: ["main"] }, "modal-environment-missing", 2, "modal environment create goat"],
  [
    "no secrets",
    { secrets: {} },
    "modal-secret-missing",
    2,
    "goat-dev modal secrets sync goat-litellm goat-llm-providers",
  ],
  ["output of a new shape", { shape: "changed" }, "modal-output-unknown", 1, "pip install --upgrade modal"],
  ["a deployment that fails half-way", { deploy: "half" }, "modal-deploy-failed", 1, "goat-dev modal deploy services"],
  [
    "a secret that is gone by then",
    { deploy: "secret" },
    "modal-secret-missing",
    2,
    "goat-dev modal secrets sync goat-langfuse",
  ],
  [
    "a secret that lacks a key",
    { deploy: "keys" },
    "modal-secret-incomplete",
    2,
    "goat-dev modal secrets sync goat-litellm",
  ],
  ["a workspace that is no host's name", { workspace: "Acme_Corp" }, "usage", 2, "modal token info"],
] as const;

describe("modal deploy", () => {
  test.each(faults)("must tell %s, and what to type", async (_name, state, code, exit, command) => {
    const { modal, cloud } = await openCloudProject({ secrets: twoSecrets, ...state });
    const { exitCode, json } = await modal(["deploy", "--json"]);
    expect(exitCode).toBe(exit);
    expect(json()).toMatchObject({ ok: false, error: { code } });
    const { fixes } = json()["error"] as { readonly fixes: readonly { readonly command: string }[] };
    expect(fixes[0]?.command).toBe(command);
    expect(cloud.state().apps).toEqual([]);
  });

  test.each(faults.slice(0, 4))("must tell %s in a box too, as older versions draw it", async (_name, state, code) => {
    const { modal } = await openCloudProject({ secrets: twoSecrets, ...state, shape: "old" });
    expect((await modal(["deploy", "--json"])).json()).toMatchObject({ error: { code } });
  });

  test("must tell that there is no CLI, and where it was looked for", async () => {
    const { modal } = await openCloudProject();
    const missing = await modal(["deploy"], { GOAT_DEV_MODAL: "/nowhere/modal" });
    expect(missing.exitCode).toBe(3);
    expect(missing.err).toMatchInlineSnapshot(`
      "✖ checks      the Modal CLI is not installed
        code       modal-missing
        seen       GOAT_DEV_MODAL is /nowhere/modal: not found
        fix        pip install modal                      installs it; Python 3.10 or newer
                   export GOAT_DEV_MODAL=/path/to/modal   where it is not on PATH
      "
    `);
    const nowhere = await modal(["deploy"], { GOAT_DEV_MODAL: "", PATH: "/nowhere" });
    expect(nowhere.exitCode).toBe(3);
    expect(nowhere.err).toContain("modal: not found, python3 -m modal: not found");
  });

  test("must tell a cold start beyond the limit as such, with what was last heard", async () => {
    const { baseUrl } = await cloudGateway({ coldAnswers: 1_000 });
    const { modal } = await openCloudProject({ url: baseUrl, secrets: twoSecrets });
    const { exitCode, err } = await modal(["deploy", "--timeout", "30s"]);
    expect(exitCode).toBe(5);
    expect(err.replaceAll(baseUrl, "https://cloud")).toMatchInlineSnapshot(`
      "✔ checks      workspace acme · environment goat · secrets there · traces off
      ✔ services    deployed in 0 ms · https://cloud
      ✖ start       goat-services did not start within 30 s
        code       modal-not-ready
        seen       last: GET /health/liveliness -> 503 "modal stand-in: the container starts"
        fix        goat-dev modal logs services                   shows what it does
                   goat-dev modal deploy services --timeout 30m   waits longer
      "
    `);
  });

  test("must tell a server that nobody reaches as one that did not start", async () => {
    const { modal } = await openCloudProject({ url: `http://127.0.0.1:${await closedPort()}`, secrets: twoSecrets });
    const { exitCode, err } = await modal(["deploy", "--timeout", "5s"]);
    expect(exitCode).toBe(5);
    expect(err).toContain("last: GET /health/liveliness -> ECONNREFUSED");
  });

  test("must tell that the gateway refuses the key, mended by what helps there", async () => {
    const { baseUrl } = await cloudGateway({ key: "sk-another-key" });
    const { modal } = await openCloudProject({ url: baseUrl, secrets: twoSecrets });
    const { exitCode, json } = await modal(["deploy", "--json"]);
    expect(exitCode).toBe(6);
    expect(json()).toMatchObject({
      error: { code: "gateway-refused", fixes: [{ command: "goat-dev modal secrets sync" }, {}, {}] },
    });
  });

  test("must tell which models of the config are not served", async () => {
    const { baseUrl } = await cloudGateway({ models: ["gpt-5-mini"] });
    const { modal } = await openCloudProject({ url: baseUrl, secrets: twoSecrets });
    const { exitCode, err } = await modal(["deploy"]);
    expect(exitCode).toBe(6);
    expect(err).toContain("goat-services does not serve llama-3.3-70b");
  });

  test("must name the nearest where a model's key does not exist, before anything is asked", async () => {
    const { modal, cloud } = await openCloudProject();
    const { exitCode, err } = await modal(["deploy", "qwen3-4c"]);
    expect(exitCode).toBe(2);
    expect(err).toContain("there is no qwen3-4c to deploy on Modal; did you mean qwen3-4b?");
    expect(cloud.calls()).toEqual([]);
  });

  test("must refuse names that cannot be, before anything is asked", async () => {
    const { modal, cloud } = await openCloudProject();
    for (const args of [
      ["deploy", "--env", "goat env"],
      ["logs", "--tail", "many"],
      ["logs", "--since", "soon"],
      ["logs", "--follow", "--tail", "3"],
      ["logs", "services", "qwen3-4b"],
      ["secrets", "sync", "goat-litelm"],
    ]) {
      expect((await modal(args)).exitCode).toBe(2);
    }
    expect((await modal(["deploy", "--workspace", "Acme"])).err).toContain('"Acme" is no Modal workspace');
    expect(cloud.calls()).toEqual([]);
  });

  test("must have deployed what comes before the one that fails", async () => {
    const { modal, cloud } = await openCloudProject({ secrets: { goat: { "goat-hf-token": {} } } });
    cloud.change({ deploy: "ok" });
    expect((await modal(["deploy", "qwen3-4b"])).exitCode).toBe(0);
    cloud.change({ deploy: "half" });
    expect((await modal(["deploy", "llama-3-1-8b"])).exitCode).toBe(1);
    expect(cloud.state().apps).toMatchObject([{ name: "goat-vllm-qwen3-4b", status: "deployed" }]);
  });
});

describe("doctor", () => {
  test("must ask the way to Modal by name, in a group of its own", async () => {
    const { goat } = await openCloudProject({ secrets: twoSecrets });
    const { exitCode, out } = await goat(["doctor", "cloud"]);
    expect(exitCode).toBe(0);
    expect(out).toMatchInlineSnapshot(`
      "✔ cloud     Modal CLI 1.6.4
      ✔           token accepted, workspace acme
      ✔           environment goat, -goat in addresses
      ✔           secrets goat-litellm and goat-llm-providers
      -           optional, and not there: goat-langfuse, goat-postgres and goat-hf-token
      -           nothing is deployed yet: goat-dev modal deploy

      No problem found.
      "
    `);
  });

  test("must leave the cloud out of a project that has nothing there, and say so where it has", async () => {
    const { modal, goat } = await openCloudProject({ secrets: twoSecrets });
    expect((await goat(["doctor", "--online"])).out).not.toMatch(/cloud/);
    await modal(["deploy"]);
    expect((await goat(["doctor"])).out).toContain("the cloud was not asked: goat-dev doctor cloud");
    expect((await goat(["doctor", "--online"])).out).toMatch(/cloud {5}Modal CLI/);
  });

  test("must tell what is wrong on the way to Modal", async () => {
    const { goat } = await openCloudProject({ token: "missing" });
    const { exitCode, json } = await goat(["doctor", "cloud", "--json"]);
    expect(exitCode).toBe(2);
    expect(json()["checks"]).toContainEqual(expect.objectContaining({ group: "cloud", code: "modal-token-missing" }));
  });
});

describe("modal doctor", () => {
  test("must find nothing where nothing is wrong", async () => {
    const { modal } = await openCloudProject({ secrets: twoSecrets });
    const { exitCode, out } = await modal(["doctor"]);
    expect(exitCode).toBe(0);
    expect(out).toMatchInlineSnapshot(`
      "✔ Modal CLI 1.6.4
      ✔ token accepted, workspace acme
      ✔ environment goat, -goat in addresses
      ✔ secrets goat-litellm and goat-llm-providers
      - optional, and not there: goat-langfuse, goat-postgres and goat-hf-token
      - nothing is deployed yet: goat-dev modal deploy

      No problem found.
      "
    `);
  });

  test.each(faults.slice(0, 6))("must tell %s, and what was not asked for it", async (_name, state, code, exit) => {
    const { modal } = await openCloudProject({ secrets: twoSecrets, ...state });
    const { exitCode, json } = await modal(["doctor", "--json"]);
    expect(exitCode).toBe(exit);
    expect(json()).toMatchObject({ ok: false, checks: expect.arrayContaining([expect.objectContaining({ code })]) });
  });

  test("must tell another program that happens to be called modal", async () => {
    const { modal } = await openCloudProject({ version: "modal 3.2, a synthesizer" });
    const { exitCode, out } = await modal(["doctor"]);
    expect(exitCode).toBe(1);
    expect(out).toContain("modal 3.2, a synthesizer");
  });
});
