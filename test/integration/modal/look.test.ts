import { describe, expect, test } from "vitest";
import { cloudGateway, masterKey, openCloudProject, twoSecrets } from "../../support/cloud.ts";

const deployedGateway = { id: "ap-1", name: "goat-services", environment: "goat", status: "deployed", tasks: 1 };

describe("modal status", () => {
  test.each(["new", "old", "warns"] as const)(
    "must tell what is deployed and what costs money, in the %s shape",
    async (shape) => {
      const { modal } = await openCloudProject({ shape, apps: [deployedGateway] });
      const { exitCode, json } = await modal(["status", "--json"]);
      expect(exitCode).toBe(0);
      const { apps } = json() as { readonly apps: readonly object[] };
      expect(apps[0]).toEqual({
        name: "services",
        app: "goat-services",
        state: "deployed",
        containers: 1,
        createdAt: "2026-11-23 08:00:00+00:00",
        gpu: null,
        url: "https://acme-goat--goat-services-litellm.modal.run/v1",
      });
      expect((await modal(["status"])).out).toContain("Costs money now: services.");
    },
  );

  test("must exit 5 where the gateway is not deployed", async () => {
    const { modal } = await openCloudProject({ apps: [{ ...deployedGateway, status: "stopped" }] });
    const { exitCode, out } = await modal(["status"]);
    expect(exitCode).toBe(5);
    expect(out).toMatchInlineSnapshot(`
      "  NAME           STATE    CONTAINERS  GPU            SINCE  ADDRESS
        services       stopped  -           -              -      goat-dev modal deploy services
        llama-3-1-8b   absent   -           A10G           -      goat-dev modal deploy llama-3-1-8b
        qwen3-4b       absent   -           A10G           -      goat-dev modal deploy qwen3-4b
        qwen3-30b-a3b  absent   -           4 × A10G       -      goat-dev modal deploy qwen3-30b-a3b
        qwen3-235b     absent   -           4 × A100-80GB  -      goat-dev modal deploy qwen3-235b
        gpt-oss-20b    absent   -           H100           -      goat-dev modal deploy gpt-oss-20b
        gpt-oss-120b   absent   -           H100           -      goat-dev modal deploy gpt-oss-120b

      No container runs: it costs nothing now.
      "
    `);
  });
});

describe("modal url", () => {
  test("must print one line for a program, from what was seen at deployment, without asking again", async () => {
    const { baseUrl } = await cloudGateway();
    const { modal, cloud } = await openCloudProject({ url: baseUrl, secrets: twoSecrets });
    await modal(["deploy", "--no-example"]);
    const asked = cloud.calls().length;
    expect((await modal(["url"])).out).toBe(`${baseUrl}/v1\n`);
    expect(cloud.calls()).toHaveLength(asked);
  });

  test("must ask Modal where this machine deployed nothing", async () => {
    const { modal } = await openCloudProject({ apps: [deployedGateway] });
    expect((await modal(["url"])).out).toBe("https://acme-goat--goat-services-litellm.modal.run/v1\n");
    const missing = await modal(["url", "qwen3-4b"]);
    expect(missing.exitCode).toBe(5);
    expect(missing.err).toContain("goat-dev modal deploy qwen3-4b");
  });

  test("must not go on giving an address that somebody else stopped, once status has seen it", async () => {
    const { baseUrl } = await cloudGateway();
    const { modal, cloud } = await openCloudProject({ url: baseUrl, secrets: twoSecrets });
    await modal(["deploy", "--no-example"]);
    cloud.change({ apps: [] });
    await modal(["status"]);
    expect((await modal(["url"])).exitCode).toBe(5);
  });
});

describe("modal logs", () => {
  test("must show an app's lines under its name, and pass the limits on", async () => {
    const { modal, cloud } = await openCloudProject({ apps: [deployedGateway] });
    const { exitCode, out } = await modal(["logs", "--tail", "50", "--since", "2h"]);
    expect(exitCode).toBe(0);
    expect(out).toMatchInlineSnapshot(`
      "goat-services | goat: left out the langfuse callbacks
      goat-services | INFO: Uvicorn running on http://0.0.0.0:4000
      "
    `);
    expect(cloud.calls().at(-1)?.argv).toEqual([
      "app",
      "logs",
      "goat-services",
      "--env",
      "goat",
      "--tail",
      "50",
      "--since",
      "2h",
    ]);
    expect((await modal(["logs", "qwen3-4b"])).exitCode).toBe(5);
  });

  test("--follow must go on until Ctrl-C, which ends the CLI too", async () => {
    const { project, cloud } = await openCloudProject({ apps: [deployedGateway] });
    const { standIn } = await import("../../support/cloud.ts");
    const ctrlC = new AbortController();
    const run = await project.goat(["modal", "logs", "--follow"], {
      env: { GOAT_DEV_MODAL: standIn, MODAL_STAND_IN: cloud.folder },
      signal: ctrlC.signal,
      onOut: (text) => {
        if (text.includes("Uvicorn running")) ctrlC.abort();
      },
    });
    expect(run.exitCode).toBe(130);
  });
});

describe("modal stop", () => {
  test("must ask, and stop only what is deployed", async () => {
    const { modal, cloud } = await openCloudProject({ apps: [deployedGateway] });
    const refused = await modal(["stop"]);
    expect(refused.exitCode).toBe(2);
    expect(refused.err).toContain("goat-dev modal stop --yes");
    expect(cloud.state().apps[0]).toMatchObject({ status: "deployed" });
    const { exitCode, out } = await modal(["stop", "--yes"]);
    expect({ exitCode, out }).toEqual({ exitCode: 0, out: "Stopped goat-services. Secrets and weights stay.\n" });
    expect(cloud.state().apps[0]).toMatchObject({ status: "stopped" });
    expect((await modal(["stop"])).out).toBe("Nothing of that is deployed.\n");
  });

  test("must call it done where somebody was faster", async () => {
    const { modal } = await openCloudProject({ apps: [deployedGateway], stopped: "goat-services" });
    expect((await modal(["stop", "services", "--yes"])).exitCode).toBe(0);
  });
});

describe("a program", () => {
  test("must be pointed at the cloud by the same variables", async () => {
    const { goat } = await openCloudProject({ apps: [deployedGateway] });
    const { exitCode, out } = await goat(["env", "--modal"]);
    expect(exitCode).toBe(0);
    expect(out).toMatchInlineSnapshot(`
      "export OPENAI_BASE_URL=https://acme-goat--goat-services-litellm.modal.run/v1
      export OPENAI_API_KEY=sk-a-long-master-key-of-this-test
      export EVAL_MODEL=llama-3.3-70b
      export LITELLM_API_KEY=sk-a-long-master-key-of-this-test
      "
    `);
    const script = "process.exit(process.env.OPENAI_BASE_URL.startsWith('https://acme-goat--') ? 7 : 1)";
    const run = await goat(["run", "--modal", "--", process.execPath, "-e", script]);
    expect({ exitCode: run.exitCode, err: run.err }).toEqual({ exitCode: 7, err: "" });
  });

  test("must be refused where nothing is deployed, or no key is known", async () => {
    const { goat } = await openCloudProject();
    expect((await goat(["run", "--modal", "--", "true"])).exitCode).toBe(5);
    const keyless = await openCloudProject({ apps: [deployedGateway] }, { env: "" });
    const { exitCode, err } = await keyless.goat(["env", "--modal"]);
    expect(exitCode).toBe(2);
    expect(err).toContain("LITELLM_MASTER_KEY is not set in .env");
    expect(err).not.toContain(masterKey);
  });

  test("must reach another environment by GOAT_DEV_MODAL_ENV", async () => {
    const apps = [{ ...deployedGateway, environment: "main" }];
    const { goat } = await openCloudProject({ apps });
    const { out } = await goat(["env", "--modal", "--json"], { GOAT_DEV_MODAL_ENV: "main" });
    expect(out).toContain("https://acme--goat-services-litellm.modal.run/v1");
  });
});
