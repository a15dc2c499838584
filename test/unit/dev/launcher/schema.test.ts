import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../../../src/platform/clock.ts";
import { freePorts } from "../../../support/ports.ts";
import { tempFolder, writeFiles } from "../../../support/temp.ts";
import { inPython } from "./in-python.ts";

const execute = promisify(execFile);
const dev = join(import.meta.dirname, "..", "..", "..", "..", "dev");
const limitMs = 20_000;

/** LiteLLM brings PyYAML; these configs are JSON, which is YAML too. */
const isPlain = (config: unknown, options: readonly string[] = [], environment: object = {}): unknown => {
  const folder = writeFiles(tempFolder(), { "config.yaml": JSON.stringify(config) });
  const program = `import types
sys.modules["yaml"] = types.SimpleNamespace(safe_load=json.loads, YAMLError=ValueError)
from launcher import schema
result = schema.is_plain(given["arguments"], given["environment"])`;
  return inPython(program, { arguments: ["--config", join(folder, "config.yaml"), ...options], environment });
};

const plain = {
  model_list: [],
  general_settings: { database_url: "os.environ/DATABASE_URL", database_connection_pool_limit: 5, master_key: "sk-1" },
};

test("the schema of the database that LiteLLM is given by DATABASE_URL must be brought up to date", () => {
  expect([isPlain(plain), isPlain({ general_settings: null }), isPlain({})]).toEqual([true, true, true]);
});

test.each([
  ["another database in the config", { general_settings: { database_url: "postgresql://elsewhere/x" } }],
  [
    "another schema of it",
    { general_settings: { ...plain.general_settings, database_extra_connection_params: { schema: "x" } } },
  ],
  ["an update that is switched off", { general_settings: { disable_prisma_schema_update: true } }],
  ["secrets from elsewhere", { general_settings: { key_management_system: "aws_kms" } }],
  ["variables from the config", { environment_variables: { DATABASE_URL: "postgresql://elsewhere/x" } }],
  ["a config of several files", { include: ["more.yaml"] }],
  ["a config that is none", []],
])("it must be left to LiteLLM where there is %s", (_what, config) => {
  expect(isPlain(config)).toBe(false);
});

test.each([
  [["--use_prisma_db_push"], {}],
  [["--use_v2_migration_resolver"], {}],
  [[], { DISABLE_SCHEMA_UPDATE: "true" }],
  [[], { DIRECT_URL: "postgresql://elsewhere/x" }],
])("it must be left to LiteLLM where it is asked for another way: %j %j", (options, environment) => {
  expect(isPlain(plain, options, environment)).toBe(false);
});

/** A server that asks everybody for a password, and a command in Prisma's place that runs this script. */
const scene = async (script: string) => {
  const [port = 0] = await freePorts(1);
  const server = createServer((socket) => {
    socket.on("error", () => undefined).once("data", () => socket.end("R\0\0\0\x08\0\0\0\x03"));
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const folder = writeFiles(tempFolder(), {
    "prisma-in-its-place": `#!/bin/sh\n${script}\n`,
    "modules/litellm_proxy_extras/__init__.py": "",
    // As the launcher does it: begin, then wait for what has ended.
    "watch.py": `import os, sys, time
sys.path.insert(0, sys.argv[1])
from launcher.schema import Update
update = Update(sys.argv[2:])
while update.is_under_way:
    pid, status = os.waitpid(-1, 0)
    update.ended(os.waitstatus_to_exitcode(status))
print(update.has_waited, update.is_done)
`,
  });
  const command = join(folder, "prisma-in-its-place");
  chmodSync(command, 0o755);
  const env = {
    PATH: process.env["PATH"],
    PYTHONPATH: join(folder, "modules"),
    PYTHONDONTWRITEBYTECODE: "1",
    PRISMA_CLI_PATH: command,
    DATABASE_URL: `postgresql://me@127.0.0.1:${port}/litellm`,
  };
  return { folder, env, args: [join(folder, "watch.py"), dev] };
};

test.each([
  ["nothing to apply: it is up to date", "echo 'No pending migrations to apply.'", "True True"],
  ["something applied: LiteLLM has to look at it", "echo '2 migrations were applied'", "True False"],
  ["refused: LiteLLM says why", "echo 'No pending migrations to apply.'; exit 1", "True False"],
])("what Prisma says must be taken for what it means: %s", async (_what, script, meant) => {
  const { folder, env, args } = await scene(`${script}; echo "$PWD $*" > "\${0%/*}/asked"`);
  const { stdout } = await execute("python3", args, { env });
  expect(stdout).toBe(`${meant}\n`);
  if (!script.includes("exit"))
    expect(readFileSync(join(folder, "asked"), "utf8")).toBe(
      `${join(folder, "modules", "litellm_proxy_extras")} migrate deploy\n`,
    );
});

test("what LiteLLM does besides its migrations must be done where it does not run them itself", () => {
  const folder = writeFiles(tempFolder(), {
    "litellm_proxy_extras/__init__.py": "",
    "litellm_proxy_extras/utils.py": `done = []
class ProxyExtrasDBManager:
    repair_invalid_indexes = staticmethod(lambda: done.append("indexes"))
    apply_replica_identity_full_if_requested = staticmethod(lambda: done.append("replicas"))
`,
  });
  const program = `sys.path.insert(0, given)
from launcher import schema
schema.finish()
from litellm_proxy_extras import utils
result = utils.done`;
  expect(inPython(program, folder)).toEqual(["indexes", "replicas"]);
});

test("a number that another process was given later must not be taken for the update's", async () => {
  const { env, args } = await scene("echo 'No pending migrations to apply.'");
  const [watch = "", dev = ""] = args;
  const { stdout } = await execute("python3", ["-c", `${readFileSync(watch, "utf8")}print(update.pid)`, dev], { env });
  expect(stdout).toBe("True True\n0\n");
});

test("without a database nothing must be started", async () => {
  const { folder, env, args } = await scene('touch "${0%/*}/asked"');
  const { stdout } = await execute("python3", args, { env: { ...env, DATABASE_URL: "" } });
  expect([stdout, existsSync(join(folder, "asked"))]).toEqual(["False False\n", false]);
});

test("Prisma's command must end with the launcher, however that ends", { timeout: limitMs }, async () => {
  const { folder, env, args } = await scene(
    'echo $$ > "${0%/*}/pid.new"; mv "${0%/*}/pid.new" "${0%/*}/pid"; exec sleep 600',
  );
  const launcher = spawn("python3", args, { env, stdio: "ignore" });
  const pid = join(folder, "pid");
  const limit = AbortSignal.timeout(limitMs);
  while (!existsSync(pid)) await systemClock.sleep(10, limit);
  launcher.kill("SIGKILL");
  await once(launcher, "exit");
  const isThere = (): boolean => existsSync(`/proc/${readFileSync(pid, "utf8").trim()}/exe`);
  while (isThere()) await systemClock.sleep(10, limit);
});
