import { describe, expect, test } from "vitest";
import { cloudGateway, groqKey, masterKey, openCloudProject, twoSecrets } from "../../support/cloud.ts";
import { closedPort } from "../../support/fake-server.ts";

const neutral = (text: string, url: string): string => text.replaceAll(url, "https://cloud");

describe("modal deploy", () => {
  test("must deploy the gateway, wait for its cold start, and prove it with one call", async () => {
    const { baseUrl } = await cloudGateway({ coldAnswers: 2 });
    const { modal, cloud } = await openCloudProject({ url: baseUrl, secrets: twoSecrets });
    const { exitCode, out, err } = await modal(["deploy"]);
    expect(exitCode).toBe(0);
    expect(neutral(err, baseUrl)).toMatchInlineSnapshot(`
      "✔ checks      workspace acme · environment goat · secrets there · traces off
      ✔ services    deployed in 0 ms · https://cloud
      ✔ start       goat-services answers after 2.0 s
      ✔ gateway     2 models served, 1 usable with your provider keys
      ✔ example     llama-3.3-70b answered in 0.6 s: "Hello from Groq!"  31 tokens, $0.00002
      "
    `);
    expect(neutral(out, baseUrl)).toMatchInlineSnapshot(`
      "Deployed in 2.0 s

        Gateway   https://cloud/v1
        Programs  goat-dev run --modal -- …   or   eval "$(goat-dev env --modal)"
      "
    `);
    expect(cloud.state().apps).toMatchObject([{ name: "goat-services", environment: "goat", status: "deployed" }]);
  });

  test("must say for programs what was deployed, where, and what was proven", async () => {
    const { baseUrl } = await cloudGateway();
    const { modal } = await openCloudProject({ url: baseUrl, secrets: twoSecrets, shape: "old" });
    const { exitCode, json } = await modal(["deploy", "--json"]);
    expect(exitCode).toBe(0);
    expect(json()).toMatchObject({
      ok: true,
      workspace: "acme",
      environment: "goat",
      apps: [
        {
          name: "services",
          app: "goat-services",
          url: baseUrl,
          proof: { models: ["llama-3.3-70b", "gpt-5-mini"], example: { model: "llama-3.3-70b" } },
        },
      ],
    });
  });

  test("must run the shipped script on the project's own config, with no value of .env in its arguments or environment", async () => {
    const { baseUrl } = await cloudGateway();
    const { modal, cloud, project } = await openCloudProject({ url: baseUrl, secrets: twoSecrets });
    expect((await modal(["deploy", "--no-example"])).exitCode).toBe(0);
    const calls = cloud.calls();
    const deployed = calls.find(({ argv }) => argv[0] === "deploy");
    expect(deployed?.argv).toEqual([
      "deploy",
      expect.stringMatching(/\/scripts\/modal_services\.py$/),
      "--env",
      "goat",
    ]);
    expect(deployed?.env).toEqual({
      COLUMNS: "200",
      GOAT_DEV_FOLDER: `${project.folder}/dev`,
      GOAT_LANGFUSE: "off",
    });
    const seen = JSON.stringify(calls);
    for (const value of [masterKey, groqKey]) expect(seen).not.toContain(value);
  });

  test("must prefer scripts of the project's own", async () => {
    const { baseUrl } = await cloudGateway();
    const { modal, cloud, project } = await openCloudProject(
      { url: baseUrl, secrets: twoSecrets },
      { files: { "scripts/modal_services.py": "# own\n" } },
    );
    await modal(["deploy", "--no-example"]);
    const deployed = cloud.calls().find(({ argv }) => argv[0] === "deploy");
    expect(deployed?.argv[1]).toBe(`${project.folder}/scripts/modal_services.py`);
  });

  test("must deploy models by their keys, tell each its script, and start no GPU unasked", async () => {
    const { modal, cloud } = await openCloudProject({ url: `http://127.0.0.1:${await closedPort()}` });
    const { exitCode, err, out } = await modal(["deploy", "gpt-oss-20b", "qwen3-4b"]);
    expect({ exitCode, err: err.includes("start") }).toEqual({ exitCode: 0, err: false });
    expect(out).toContain("its first request starts A10G");
    const deployed = cloud.calls().filter(({ argv }) => argv[0] === "deploy");
    expect(
      deployed.map(({ argv, env }) => [argv[1]?.split("/").at(-1), env["VLLM_MODEL"], env["GPT_OSS_MODEL"]]),
    ).toEqual([
      ["modal_vllm.py", "qwen3-4b", undefined],
      ["modal_gpt_oss.py", undefined, "gpt-oss-20b"],
    ]);
  });

  test("--wait must start a model's GPU and say how long that takes", async () => {
    const { baseUrl } = await cloudGateway({ coldAnswers: 3 });
    const { modal } = await openCloudProject({ url: baseUrl });
    const { exitCode, out: events } = await modal(["deploy", "qwen3-4b", "--wait", "--json-stream"]);
    expect(exitCode).toBe(0);
    expect(events).toContain("goat-vllm-qwen3-4b: a cold start takes about 2 min (an estimate)");
    expect(events).toContain("1.0 s so far");
    expect(events).toContain("goat-vllm-qwen3-4b answers after 3.0 s");
    const { out } = await modal(["deploy", "qwen3-4b", "--wait"]);
    expect(out).not.toContain("its first request");
  });

  test("must make the address from names where the CLI prints none", async () => {
    const { modal } = await openCloudProject({ deploy: "silent" });
    const { out } = await modal(["deploy", "qwen3-4b"]);
    expect(out).toContain("https://acme-goat--goat-vllm-qwen3-4b-serve.modal.run/v1");
  });

  test("must make no call where no provider key is set, and say so", async () => {
    const { baseUrl } = await cloudGateway();
    const { modal } = await openCloudProject(
      { url: baseUrl, secrets: twoSecrets },
      { env: `LITELLM_MASTER_KEY=${masterKey}\n` },
    );
    const { exitCode, err } = await modal(["deploy"]);
    expect(exitCode).toBe(0);
    expect(err).toContain("no chat model for your keys, so no call was made");
  });

  test("must send traces where the secret says as soon as there is one, and ask for what --langfuse needs", async () => {
    const { baseUrl } = await cloudGateway();
    const goat = { ...twoSecrets.goat, "goat-langfuse": { LANGFUSE_HOST: "https://traces" } };
    const { modal, cloud } = await openCloudProject({ url: baseUrl, secrets: { goat } });
    await modal(["deploy", "--no-example"]);
    expect(cloud.calls().find(({ argv }) => argv[0] === "deploy")?.env["GOAT_LANGFUSE"]).toBe("secret");
    const beside = await modal(["deploy", "--langfuse", "beside"]);
    expect(beside.exitCode).toBe(2);
    expect(beside.err).toContain("Modal's environment goat has no secret goat-postgres");
    expect((await modal(["deploy", "--langfuse", "there"])).exitCode).toBe(2);
  });
});
