import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, watch } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { layOutPackage } from "../../e2e/package.ts";
import { type CliResult, startCli } from "../../support/cli.ts";
import {
  type CloudFolder,
  cloudConfig,
  cloudFolder,
  cloudGateway,
  groqKey,
  masterKey,
  standIn,
} from "../../support/cloud.ts";
import { composeText, configText } from "../../support/goat-files.ts";
import { tempFolder, writeFiles } from "../../support/temp.ts";

const place = mkdtempSync(join(tmpdir(), "goat-dev-built-"));
let bin = "";

beforeAll(async () => {
  bin = await layOutPackage(join(place, "package"));
}, 180_000);

afterAll(() => rmSync(place, { recursive: true, force: true }));

/** Command lines of every process of this machine. */
const commandLines = (): readonly string[] =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8");
      } catch {
        // It has ended since.
        return "";
      }
    });

/** Modes of all files below, where a value stands in them. */
const holding = (folder: string, value: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" }).flatMap((path) => {
    const file = join(folder, path);
    const found = statSync(file);
    if (!found.isFile() || !readFileSync(file, "utf8").includes(value)) return [];
    return [`${path} ${(found.mode & 0o777).toString(8)}`];
  });

const open = (cloud: CloudFolder) => {
  const folder = writeFiles(tempFolder(), {
    "dev/docker-compose.yml": composeText,
    "dev/litellm-config.yaml": configText,
    "dev/litellm-config-modal.yaml": cloudConfig,
    ".env": `LITELLM_MASTER_KEY=${masterKey}\nGROQ_API_KEY=${groqKey}\n`,
  });
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: tempFolder(),
    GOAT_DEV_MODAL: standIn,
    MODAL_STAND_IN: cloud.folder,
  };
  const begin = (...args: readonly string[]) => startCli({ bin, args, cwd: folder, env });
  return { folder, begin, goat: (...args: readonly string[]): Promise<CliResult> => begin(...args).done };
};

/** Resolves once the stand-in waits with what it was given. */
const held = async ({ folder }: CloudFolder): Promise<void> => {
  const file = join(folder, "holding");
  const abort = new AbortController();
  const seen = new Promise<void>((resolve) => {
    watch(folder, { signal: abort.signal }, () => existsSync(file) && resolve());
  });
  if (!existsSync(file)) await seen;
  abort.abort();
};

describe.skipIf(!existsSync("/proc/self/cmdline"))("the built program", () => {
  test("must show no secret in any process's arguments or in a file of its own, while one is being written", async () => {
    const cloud = cloudFolder({ hold: "secret create" });
    const { folder, begin } = open(cloud);
    const running = begin("modal", "secrets", "sync", "--yes", "--verbose");
    await held(cloud);
    const lines = commandLines();
    expect(lines.some((line) => line.includes("--from-json\0/dev/stdin"))).toBe(true);
    for (const value of [masterKey, groqKey]) {
      expect(lines.filter((line) => line.includes(value))).toEqual([]);
      expect(holding(folder, value)).toEqual([expect.stringMatching(/^\.env /)]);
    }
    cloud.release();
    const { exitCode, output } = await running.done;
    expect(exitCode).toBe(0);
    for (const value of [masterKey, groqKey]) expect(output).not.toContain(value);
    expect(cloud.state().secrets["goat"]?.["goat-litellm"]).toEqual({ LITELLM_MASTER_KEY: masterKey });
  });

  test("must leave nothing behind where Ctrl-C comes while a secret is being written", async () => {
    const cloud = cloudFolder({ hold: "secret create" });
    const { folder, begin } = open(cloud);
    const running = begin("modal", "secrets", "sync", "--yes");
    await held(cloud);
    running.interrupt();
    expect((await running.done).exitCode).toBe(130);
    expect(holding(folder, masterKey)).toEqual([expect.stringMatching(/^\.env /)]);
    expect(cloud.state().secrets["goat"] ?? {}).toEqual({});
    expect(commandLines().filter((line) => line.includes(cloud.folder))).toEqual([]);
  });

  test("must say on Ctrl-C during a deployment what goes on and how to stop it", async () => {
    const goat = { "goat-litellm": {}, "goat-llm-providers": {} };
    const cloud = cloudFolder({ hold: "deploy", secrets: { goat } });
    const running = open(cloud).begin("modal", "deploy");
    await held(cloud);
    running.interrupt();
    const { exitCode, stderr } = await running.done;
    expect(exitCode).toBe(130);
    expect(stderr).toContain("interrupted; what is deployed already runs on");
    expect(stderr).toContain("goat-dev modal stop");
    expect(cloud.state().apps).toEqual([]);
  });

  test("must deploy, prove with the real example client, run a program, and stop", async () => {
    const { baseUrl } = await cloudGateway({ coldAnswers: 1 });
    const cloud = cloudFolder({ url: baseUrl });
    const { goat } = open(cloud);
    expect((await goat("modal", "secrets", "sync", "--yes")).exitCode).toBe(0);
    const deployed = await goat("modal", "deploy");
    expect(deployed.exitCode).toBe(0);
    expect(deployed.stderr).toContain(`"Hello from the cloud's stand-in"  31 tokens, $0.00002`);
    expect((await goat("modal", "status", "--json")).exitCode).toBe(0);
    expect((await goat("env", "--modal")).stdout).toContain(`export OPENAI_BASE_URL=${baseUrl}/v1`);
    const run = await goat("run", "--modal", "--", "sh", "-c", 'echo "$EVAL_MODEL at $OPENAI_BASE_URL"');
    expect(run.stdout).toBe(`llama-3.3-70b at ${baseUrl}/v1\n`);
    expect((await goat("modal", "stop", "--yes")).exitCode).toBe(0);
    expect((await goat("env", "--modal")).exitCode).toBe(5);
  });

  test("must tell each fault on stderr with its exit status, and keep stdout empty", async () => {
    const { goat } = open(cloudFolder({ token: "missing" }));
    const { exitCode, stdout, stderr } = await goat("modal", "deploy");
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toContain("modal token new");
  });
});
