#!/usr/bin/env node
// A stand-in for Modal's CLI, for tests: it replays the texts of the real one (1.6.4, and 1.3.0 as the `old` shape) and keeps
// what a workspace would hold in MODAL_STAND_IN/state.json. Nothing of Modal itself is in it.
import { appendFileSync, existsSync, fstatSync, readFileSync, statSync, watch, writeFileSync } from "node:fs";
import { join } from "node:path";

const folder = process.env.MODAL_STAND_IN;
const path = join(folder, "state.json");
const state = JSON.parse(readFileSync(path, "utf8"));
const save = () => writeFileSync(path, JSON.stringify(state, null, 2));
const argv = process.argv.slice(2);
const say = (text) => process.stdout.write(`${text}\n`);

const fail = (message, note = "") => {
  process.stderr.write("modal stand-in: replays texts of the real CLI\n");
  if (state.shape === "old") {
    const width = 100;
    const rows = message.match(new RegExp(`.{1,${width}}(?: |$)`, "g")) ?? [message];
    process.stderr.write(`╭─ Error ${"─".repeat(width - 6)}╮\n`);
    for (const row of rows) process.stderr.write(`│ ${row.trimEnd().padEnd(width)} │\n`);
    process.stderr.write(`╰${"─".repeat(width + 2)}╯\n`);
  } else process.stderr.write(`Error: ${message}\n${note}`);
  process.exit(1);
};

const option = (...names) => {
  const at = argv.findIndex((word) => names.includes(word));
  return at < 0 ? undefined : argv[at + 1];
};
const environment = option("--env", "-e") ?? "main";

const record = () => {
  const own = readFileSync("/proc/self/cmdline", "utf8").split("\0");
  const { mode } = fstatSync(0);
  const variables = ["COLUMNS", "VLLM_MODEL", "GPT_OSS_MODEL", "GOAT_LANGFUSE", "GOAT_DEV_FOLDER"];
  const env = Object.fromEntries(variables.flatMap((name) => (name in process.env ? [[name, process.env[name]]] : [])));
  const call = { argv, cmdline: own, env, all: Object.values(process.env), stdin: (mode & 0o777).toString(8) };
  appendFileSync(join(folder, "calls.jsonl"), `${JSON.stringify(call)}\n`);
};

/** Waits until the test has looked: nothing is timed. */
const hold = async () => {
  if (state.hold === undefined || !argv.join(" ").startsWith(state.hold)) return;
  writeFileSync(join(folder, "holding"), "");
  const go = join(folder, "go");
  const abort = new AbortController();
  const seen = new Promise((resolve) => watch(folder, { signal: abort.signal }, () => existsSync(go) && resolve()));
  if (!existsSync(go)) await seen;
  abort.abort();
};

const needToken = () => {
  if (state.token === "missing") {
    fail(
      "Token missing. Could not authenticate client. If you have token credentials, see modal.com/docs/sdk/py/latest/config for setup help. If you are a new user, register an account at modal.com, then run `modal token new`.",
    );
  }
  if (state.token === "expired") fail("Token has expired. Please create a new token with `modal token new`.");
  if (state.token === "offline") fail("Could not connect to the Modal server.");
};

const needEnvironment = () => {
  if (!state.environments.includes(environment)) fail(`Environment '${environment}' not found`);
};

/** Rows under headings, as either version prints them. */
const rows = (headings, cells) => {
  if (state.shape === "changed") return say(JSON.stringify({ items: cells, next_page: null }));
  const key = (name) => (state.shape === "old" ? name : name.replace(/[^a-zA-Z0-9]+/g, "_").toLowerCase());
  const list = cells.map((row) => Object.fromEntries(headings.map((heading, at) => [key(heading), row[at]])));
  if (state.shape === "warns") say("UserWarning: a new version of modal is available [1.7.0]");
  say(JSON.stringify(list, null, 2));
};

const tokenInfo = () => {
  if (state.shape === "changed") return say("You are in acme.");
  say("Token: ak-standin0123456789\nName: stand-in");
  say(`Workspace: ${state.workspace} (ac-standin)\nUser: somebody (us-standin)`);
};

const environments = () =>
  rows(
    ["name", "web suffix", "image builder version", "active"],
    state.environments.map((name) => [name, name === "main" ? "" : name, null, "False"]),
  );

const secretsHere = () => (state.secrets[environment] ??= {});

const listSecrets = () =>
  rows(
    ["Name", "Created at", "Created by", "Last used at"],
    Object.keys(secretsHere()).map((name) => [name, "2026-11-23 08:00:00+00:00", "somebody", "-"]),
  );

const createSecret = () => {
  const name = argv[2];
  if (state.refuseSecret === name) fail(`Cannot write secret '${name}': permission denied for this role.`);
  const from = option("--from-json");
  if (!statSync(from).isFile()) fail(`Could not read JSON file at ${from}`);
  const values = JSON.parse(readFileSync(from, "utf8"));
  if (Object.keys(values).length === 0) fail("You need to specify at least one key for your secret");
  if (name in secretsHere() && !argv.includes("--force")) fail(`Secret '${name}' already exists`);
  secretsHere()[name] = values;
  save();
  const names = Object.keys(values).map((key) => `'${key}'`);
  say(`Created a new secret '${name}' with the key${names.length > 1 ? "s" : ""} ${names.join(", ")}`);
};

const listApps = () =>
  rows(
    ["App ID", "Description", "State", "Tasks", "Created at", "Stopped at"],
    state.apps
      .filter((app) => app.environment === environment)
      .map(({ id, name, status, tasks = 0 }) => [id, name, status, `${tasks}`, "2026-11-23 08:00:00+00:00", null]),
  );

const nameOf = (script) => {
  if (script.endsWith("modal_services.py")) return "goat-services";
  return `goat-vllm-${process.env.VLLM_MODEL ?? process.env.GPT_OSS_MODEL}`;
};

const deployed = (name) =>
  state.apps.find((app) => app.name === name && app.environment === environment && app.status === "deployed");

const created = (fn, url) => {
  if (url === null) return say(`├── ✓ Created Function ${fn}.`);
  if (state.shape === "old") return say(`├── 🔨 Created web function ${fn} => ${url}`);
  say(`├── ✓ Created Function ${fn}`);
  say(`│   └── ${url} (unauthenticated)`);
};

const deploy = () => {
  const script = argv[1];
  if (!existsSync(script)) fail(`File '${script}' does not exist.`);
  const name = nameOf(script);
  say("Building image im-standin (modal stand-in)\n=> Step 0: FROM base\n✓ Created objects.");
  if (state.deploy === "secret") fail("Secret 'goat-langfuse' not found in environment 'goat'");
  if (state.deploy === "keys") fail("Secret 'goat-litellm' is missing required key(s): LITELLM_MASTER_KEY");
  if (state.deploy === "half") {
    fail("Image build for im-standin failed. See build logs for more details.", "ERROR: no matching distribution\n");
  }
  const fn = name === "goat-services" ? "litellm" : "serve";
  created(fn, state.deploy === "silent" ? null : state.url);
  created("download", null);
  if (!deployed(name)) state.apps.push({ id: `ap-${state.apps.length}`, name, environment, status: "deployed" });
  save();
  say("✓ App deployed in 1.234s! 🎉\n");
  say(`View Deployment: https://modal.com/apps/${state.workspace}/${environment}/deployed/${name}`);
};

const stop = () => {
  const app = deployed(argv[2]);
  if (!argv.includes("--yes"))
    fail("Aborted: no interactive terminal detected. Rerun with --yes (-y) to skip confirmation.");
  if (state.stopped === argv[2]) fail("App is already stopped. (Stopped at 2026-11-23 08:00 by 'somebody').");
  if (app === undefined) fail(`No App with name '${argv[2]}' found in the '${environment}' environment.`);
  app.status = "stopped";
  save();
};

const logs = () => {
  if (!deployed(argv[2])) fail(`No App with name '${argv[2]}' found in the '${environment}' environment.`);
  say("goat: left out the langfuse callbacks\nINFO: Uvicorn running on http://0.0.0.0:4000");
  return argv.includes("--follow") ? new Promise(() => setInterval(() => {}, 1_000)) : undefined;
};

const commands = {
  "--version": () => say(state.version ?? "modal client version: 1.6.4 (stand-in)"),
  "token info": tokenInfo,
  "environment list": environments,
  "secret list": listSecrets,
  "secret create": createSecret,
  "app list": listApps,
  "app stop": stop,
  "app logs": logs,
  deploy,
};

record();
await hold();
const command = commands[`${argv[0]} ${argv[1]}`] ?? commands[argv[0]];
if (argv[0] !== "--version") {
  needToken();
  if (!["token", "environment"].includes(argv[0])) needEnvironment();
}
if (command === undefined) fail(`No such command '${argv.join(" ")}'.`);
await command();
