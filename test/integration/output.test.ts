import { expect, test } from "vitest";
import type { AnyCommand } from "../../src/commands/command.ts";
import { allCommands } from "../../src/commands/index.ts";
import { type GoatProject, openProject, type ProjectOptions, secretKey } from "../support/goat-project.ts";

const commands = await allCommands();

/** What is typed after each command that can be called, so that it has something to do. */
const typed: Readonly<Record<string, readonly (readonly string[])[]>> = {
  up: [[], [], ["--plan"]],
  status: [[]],
  logs: [["litellm", "--tail", "1"]],
  restart: [["litellm"]],
  doctor: [[]],
  explain: [["port-taken"], []],
  keys: [[]],
  "keys set": [["groq"]],
  "keys list": [[]],
  "keys create": [["--alias", "ci", "--budget", "5/1d"]],
  "keys show": [["ci"]],
  "keys rotate": [["ci", "--yes"]],
  "keys revoke": [["ci", "--yes"]],
  config: [[]],
  models: [[]],
  "models add": [["mine", "--route", "groq/llama-3.1-8b-instant", "--yes"]],
  "models disable": [["mine", "--yes"]],
  "models enable": [["mine", "--yes"]],
  "models remove": [["mine", "--yes"]],
  "models check": [[]],
  "models test": [["--yes"]],
  env: [[]],
  run: [["true"]],
  replay: [["none.jsonl", "true"]],
  drill: [["no-such-model"]],
  "cassette show": [["none.jsonl"]],
  "cassette prune": [["none.jsonl"]],
  "cassette check": [["none.jsonl"]],
  ask: [["Hello?"]],
  example: [[]],
  init: [["--plan"]],
  "modal doctor": [[]],
  "modal secrets sync": [["--yes"]],
  "modal deploy": [["--yes"]],
  "modal status": [[]],
  "modal logs": [[]],
  "modal stop": [["--yes"]],
  "modal url": [[]],
  "models discover": [["--url", "http://127.0.0.1:9/v1"]],
  "db set-password": [[]],
  "db snapshot": [["first"]],
  "db snapshots": [[]],
  "db restore": [["first", "--yes"]],
  "db reset": [["--yes"]],
  "db shell": [["--command", "SELECT 1"]],
  upgrade: [["--plan"], ["--yes"], ["--back", "--yes"]],
  ls: [[]],
  prune: [["--yes"]],
  spend: [[]],
  completion: [["bash"]],
  traces: [[]],
  "traces show": [["none"]],
  "traces open": [["none"]],
  // These end by a signal alone.
  open: [["too much"]],
  watch: [["too much"]],
  mcp: [["too much"]],
  down: [["--volumes", "--yes"], []],
};

/** Whole command lines, as they are typed after goat-dev. */
const lines = Object.entries(typed).flatMap(([name, all]) => all.map((args) => ({ name, args })));

const namesOf = (among: readonly AnyCommand[], before: readonly string[] = []): readonly string[] =>
  among.flatMap((one) => {
    const path = [...before, one.name];
    return [...("call" in one ? [path.join(" ")] : []), ...namesOf(one.subcommands ?? [], path)];
  });

const failures: readonly (readonly [string, ProjectOptions, readonly string[], string])[] = [
  ["no key", { env: "" }, ["up"], "no-provider-key"],
  ["a malformed .env", { env: "no line of it\n" }, ["status"], "env-file-invalid"],
  ["a broken service", { services: { litellm: { exit: { code: 1 } } } }, ["up"], "service-exited"],
  ["no engine", { unreachable: "no Docker engine answers" }, ["status"], "engine-unreachable"],
  ["an unknown service", {}, ["logs", "litelm"], "unknown-service"],
  ["an unknown command", {}, ["upp"], "usage"],
  ["an unknown option", {}, ["up", "--tiemout", "9"], "usage"],
  ["an unknown service to restart", {}, ["restart", "x"], "unknown-service"],
  ["data in danger", { env: null }, ["up"], "no-provider-key"],
];

const upFirst = async (options?: ProjectOptions): Promise<GoatProject> => {
  const project = await openProject(options);
  await project.goat(["up"]);
  return project;
};

test("with --json every command must write one document to stdout and nothing else", async () => {
  expect(namesOf(commands).toSorted()).toEqual(Object.keys(typed).toSorted());
  const project = await openProject();
  for (const { name, args } of lines) {
    const run = await project.goat([...name.split(" "), "--json", ...args]);
    const label = [name, ...args].join(" ");
    expect(run.exitCode, `${label}\n${run.err}`).not.toBe(70);
    // A document for each line, and no line where a service said nothing.
    if (name.endsWith("logs")) {
      expect(run.out, label).toMatch(/^(?:\{.*\}\n)*$/);
      continue;
    }
    expect(run.out.endsWith("}\n"), label).toBe(true);
    // Exit statuses and documents agree: a failure says so, a result never does.
    const document = run.json();
    if (name !== "config") expect(document, label).toMatchObject({ version: 1 });
    if ("error" in document)
      expect({ label, ok: document["ok"], failed: run.exitCode !== 0 }).toEqual({ label, ok: false, failed: true });
    else if ("ok" in document) expect({ label, ok: document["ok"] }).toEqual({ label, ok: run.exitCode === 0 });
  }
});

test.each(failures)("with --json a failure must be one document too: %s", async (_what, options, args, code) => {
  const { goat } = await openProject(options);
  const run = await goat([...args, "--json"]);
  expect(run.exitCode).not.toBe(0);
  expect(run.json()).toMatchObject({ version: 1, ok: false, error: { code, message: expect.any(String) } });
  // The same is said to a person on stderr.
  expect(run.err).toContain(code);
});

test("with --json and --quiet stderr must stay empty", async () => {
  const { goat } = await openProject({ env: "" });
  expect(await goat(["up", "--json", "--quiet"])).toMatchObject({ exitCode: 2, err: "" });
});

test("with --json-stream every line must be an event, the first with its version, the last with the exit status", async () => {
  const { goat } = await openProject();
  const { exitCode, out } = await goat(["up", "--json-stream"]);
  const events = out
    .trimEnd()
    .split("\n")
    .map((line): Record<string, unknown> => JSON.parse(line));
  expect(events[0]).toMatchObject({ version: 1, type: "run-started", command: "up" });
  expect(events.at(-1)).toMatchObject({ type: "run-finished", exitCode });
  expect(events.filter(({ type }) => type === "result")).toHaveLength(1);
  const finished = events.flatMap(({ type, step }) => (type === "step-finished" ? [step] : []));
  expect(finished).toEqual(["checks", "postgres", "langfuse", "litellm", "gateway", "example", "trace"]);
});

test("with --json-stream a failure must be an event of its own", async () => {
  const { goat } = await openProject({ env: "" });
  const { out } = await goat(["up", "--json-stream"]);
  expect(out.split("\n").map((line) => (line === "" ? null : JSON.parse(line)))).toContainEqual(
    expect.objectContaining({ type: "error", error: expect.objectContaining({ code: "no-provider-key" }) }),
  );
});

test("with --quiet only results and errors must be told", async () => {
  const { goat } = await openProject();
  const up = await goat(["up", "--quiet"]);
  expect(up.err).toBe("");
  expect(up.out).toMatch(/^Up in /);
  const broken = await openProject({ services: { litellm: { exit: { code: 1 } } } });
  const { out, err } = await broken.goat(["up", "--quiet"]);
  expect(out).toBe("");
  expect(err).toMatchInlineSnapshot(`
    "litellm exited with status 1 after 0.0 s   [service-exited]

      fix        goat-dev logs litellm   shows the whole log; no cause is known for this
    "
  `);
});

test("with --verbose each step must be told with its cause", async () => {
  const { goat } = await openProject();
  expect((await goat(["up", "postgres", "--verbose"])).err).toMatchInlineSnapshot(`
    "✔ checks      port 15432 free · Docker 1 (test)
    create-network goat_default: absent
    create-volume goat_postgres-data: absent
    create-container goat-postgres-1: absent
    start-container goat-postgres-1: absent
    await-ready goat-postgres-1: absent
    ✔ postgres    created · ready in 1.2 s
    "
  `);
});

const escapeCode = "\u001b";

test("without a terminal nothing must be coloured or moved, unless colour is forced; NO_COLOR wins", async () => {
  const { goat } = await openProject();
  const errOf = async (env: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<string> =>
    (await goat(["up", ...args], { env })).err;
  expect(await errOf({})).not.toContain(escapeCode);
  const forced = { FORCE_COLOR: "1" };
  expect(await errOf(forced, "--example")).toContain(`${escapeCode}[32m✔`);
  expect(await errOf({ ...forced, NO_COLOR: "1" }, "--example")).not.toContain(escapeCode);
  expect(await errOf(forced, "--example", "--no-color")).not.toContain(escapeCode);
});

const secrets = {
  GROQ_API_KEY: secretKey,
  POSTGRES_PASSWORD: "postgres-secret-4711",
  LITELLM_MASTER_KEY: "sk-master-secret-4711",
};

const envText = Object.entries(secrets)
  .map(([name, value]) => `${name}=${value}\n`)
  .join("");

const secretsIn = (text: string): readonly string[] => Object.values(secrets).filter((value) => text.includes(value));

test("no command must ever print a secret of .env, whatever is asked for", async () => {
  const project = await upFirst({ env: envText });
  // To print the gateway's key is what env is for.
  for (const { name, args } of lines.filter((line) => line.name !== "env")) {
    for (const style of [[], ["--json"], ["--json-stream"], ["--verbose"]]) {
      const { out, err } = await project.goat([...name.split(" "), ...style, ...args]);
      expect(secretsIn(out + err), [name, ...style, ...args].join(" ")).toEqual([]);
    }
  }
});

test("a service's log must be shown without the secrets that it prints", async () => {
  const log = [`connecting with ${secrets.POSTGRES_PASSWORD}`, `key ${secretKey}`];
  const project = await openProject({ env: envText, services: { litellm: { log, exit: { code: 1 } } } });
  for (const style of [[], ["--json"], ["--json-stream"], ["--verbose"]]) {
    const { out, err } = await project.goat(["up", ...style]);
    expect(secretsIn(out + err), style.join()).toEqual([]);
    expect(out + err).toContain("connecting with [POSTGRES_PASSWORD]");
  }
  const { out } = await project.goat(["logs", "litellm"]);
  expect(secretsIn(out)).toEqual([]);
});

test("a secret that somebody typed into the command line must not come back", async () => {
  const project = await openProject({ env: envText });
  const { out, err } = await project.goat(["up", secretKey]);
  expect(secretsIn(out + err)).toEqual([]);
});

test("with color off and on, an error must say the same words", async () => {
  const { goat } = await openProject({ env: "" });
  const plain = (await goat(["up"])).err;
  const coloured = (await goat(["up"], { env: { FORCE_COLOR: "1" } })).err;
  expect(coloured.replaceAll(new RegExp(`${escapeCode}\\[\\d+m`, "g"), "")).toBe(plain);
});
