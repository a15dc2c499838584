import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, inject, test } from "vitest";
import { cloudConfig, cloudGateway, groqKey, masterKey } from "../support/cloud.ts";
import { type GoatProject, openProject } from "../support/goat-project.ts";
import { tempFolder } from "../support/temp.ts";
import { cleanEnvironment } from "./probe.ts";
import { start } from "./processes.ts";

const { missing, sdk } = inject("modal");
const cli = join(dirname(sdk), "modal");

/** Flags by the command that takes them: all that goat-dev types. */
const flags = [
  ["token info", []],
  ["environment list", ["--json"]],
  ["secret list", ["--json", "--env"]],
  ["secret create", ["--from-json", "--force", "--env"]],
  ["app list", ["--json", "--env"]],
  ["app logs", ["--env", "--follow", "--tail", "--since"]],
  ["app stop", ["--yes", "--env"]],
  ["deploy", ["--env"]],
  ["token new", []],
  ["environment create", []],
] as const;

interface Plane {
  goat(args: readonly string[], env?: Readonly<Record<string, string>>): ReturnType<GoatProject["goat"]>;
  state(): {
    readonly secrets: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, string>>>>>>;
    readonly apps: Readonly<
      Record<string, { readonly name: string; readonly deployed: boolean; readonly functions: readonly string[] }>
    >;
  };
  readonly project: GoatProject;
}

/** A project whose Modal is the real CLI, and whose Modal servers are a stand-in of this machine. */
const openPlane = async (webUrl: string, refusal: readonly string[] = []): Promise<Plane> => {
  const file = join(tempFolder(), "state.json");
  const plane = start([sdk, join(import.meta.dirname, "control-plane.py"), file, webUrl, ...refusal], {});
  const port = /\d+$/.exec(await plane.line(/^listening on \d+$/))?.[0] ?? "";
  const project = await openProject({
    env: `LITELLM_MASTER_KEY=${masterKey}\nGROQ_API_KEY=${groqKey}\n`,
    files: { "dev/litellm-config-modal.yaml": cloudConfig },
    realExample: true,
  });
  const token = { MODAL_TOKEN_ID: "ak-stand-in", MODAL_TOKEN_SECRET: "as-stand-in" };
  const world = { GOAT_DEV_MODAL: cli, MODAL_SERVER_URL: `http://127.0.0.1:${port}`, ...token };
  return {
    project,
    goat: (args, env = {}) => project.goat(args, { env: { ...world, ...env } }),
    state: () => JSON.parse(readFileSync(file, "utf8")),
  };
};

describe.skipIf(missing !== null)("Modal's own CLI", () => {
  test.each(flags)("modal %s must take the flags that goat-dev gives it", async (command, wanted) => {
    const env = { ...cleanEnvironment(), COLUMNS: "200" };
    const { stdout } = await promisify(execFile)(cli, [...command.split(" "), "--help"], { env });
    expect(stdout).toContain(`modal ${command}`);
    for (const flag of wanted) expect(stdout).toContain(flag);
  });

  test("must be understood where it has no token", async () => {
    const project = await openProject();
    const { exitCode, json } = await project.goat(["modal", "status", "--json"], { env: { GOAT_DEV_MODAL: cli } });
    expect(exitCode).toBe(2);
    expect(json()).toMatchObject({ error: { code: "modal-token-missing" } });
  });

  test("must be understood where Modal's servers refuse the token", async () => {
    const { goat } = await openPlane("http://127.0.0.1:9", ["Token has expired"]);
    const { exitCode, json } = await goat(["modal", "status", "--json"]);
    expect(exitCode).toBe(6);
    expect(json()).toMatchObject({ error: { code: "modal-token-refused" } });
  });

  test("must be found as a module where it is not on PATH", async () => {
    const project = await openProject();
    const folder = tempFolder();
    writeFileSync(join(folder, "python3"), `#!/bin/sh\nexec ${sdk} "$@"\n`, { mode: 0o755 });
    const { out } = await project.goat(["modal", "doctor"], { env: { PATH: folder } });
    expect(out).toContain("✔ Modal CLI 1.6");
    expect(out).toContain("✖ the Modal CLI has no token");
  });

  test("must take the whole way: secrets, deployment, proof, look, program, stop", async () => {
    const { baseUrl } = await cloudGateway();
    const { goat, state } = await openPlane(baseUrl);
    const early = await goat(["modal", "deploy", "--json"]);
    expect(early.json()).toMatchObject({ error: { code: "modal-secret-missing" } });
    expect((await goat(["modal", "secrets", "sync", "--yes"])).exitCode).toBe(0);
    expect(state().secrets["goat"]).toEqual({
      "goat-litellm": { LITELLM_MASTER_KEY: masterKey },
      "goat-llm-providers": expect.objectContaining({ GROQ_API_KEY: groqKey, AZURE_API_KEY: "" }),
    });
    expect((await goat(["modal", "doctor"])).exitCode).toBe(0);
    const { exitCode, json } = await goat(["modal", "deploy", "services", "qwen3-4b", "--json"]);
    expect(exitCode).toBe(0);
    expect(json()).toMatchObject({
      workspace: "acme",
      apps: [
        { name: "services", url: baseUrl, proof: { example: { text: "Hello from the cloud's stand-in" } } },
        { name: "qwen3-4b", url: baseUrl, proof: null },
      ],
    });
    // The CLI makes an app's functions side by side.
    const apps = Object.values(state().apps).map((app) => ({ ...app, functions: app.functions.toSorted() }));
    expect(apps).toMatchObject([
      { name: "goat-services", deployed: true, functions: ["litellm"] },
      { name: "goat-vllm-qwen3-4b", deployed: true, functions: ["download", "serve"] },
    ]);
    expect((await goat(["modal", "status"])).exitCode).toBe(0);
    expect((await goat(["env", "--modal"])).out).toContain(`export OPENAI_BASE_URL=${baseUrl}/v1`);
    expect((await goat(["modal", "logs"])).out).toContain("Uvicorn running");
    expect((await goat(["modal", "stop", "--yes"])).exitCode).toBe(0);
    expect(Object.values(state().apps).map(({ deployed }) => deployed)).toEqual([false, false]);
  }, 240_000);

  test("must be told apart from its environments: one that is not there", async () => {
    const { goat } = await openPlane("http://127.0.0.1:9");
    const { exitCode, json } = await goat(["modal", "deploy", "--env", "prod", "--json"]);
    expect(exitCode).toBe(2);
    expect(json()).toMatchObject({ error: { code: "modal-environment-missing", evidence: ["there are: main, goat"] } });
    const listed = await goat(["modal", "status", "--env", "prod", "--json"]);
    expect(listed.json()).toMatchObject({ error: { code: "modal-environment-missing" } });
  });
});
