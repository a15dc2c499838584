import { statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openProject, secretKey } from "../support/goat-project.ts";

test("status must show each service with its port, age, memory and whether it is as configured", async () => {
  const project = await openProject();
  await project.goat(["up"]);
  project.clock.advance(14 * 60_000);
  const { exitCode, out, err } = await project.goat(["status"]);
  expect({ exitCode, err }).toEqual({ exitCode: 0, err: "" });
  expect(out).toMatchInlineSnapshot(`
    "  SERVICE   STATE  PORT   SINCE   MEMORY  CONFIG
      postgres  ready  15432  13 min  64 MB   as configured
      langfuse  ready  13001  13 min  64 MB   as configured (trace recorder in Langfuse's place)
      litellm   ready  14000  13 min  64 MB   as configured
    "
  `);
});

test("status must end with 5 unless all is ready, and say of each why not", async () => {
  const project = await openProject({ services: { litellm: { log: ["P1000"] } } });
  expect((await project.goat(["status"])).out).toMatchInlineSnapshot(`
    "  SERVICE   STATE   PORT   SINCE  MEMORY  CONFIG
      postgres  absent  15432                 not there: goat-dev up
      langfuse  absent  13001                 not there: goat-dev up
      litellm   absent  14000                 not there: goat-dev up
    "
  `);
  await project.goat(["up"]);
  project.engine.exit("goat-litellm-1", 137, { outOfMemory: true });
  const { exitCode, out } = await project.goat(["status"]);
  expect(exitCode).toBe(5);
  expect(out).toMatchInlineSnapshot(`
    "  SERVICE   STATE   PORT   SINCE  MEMORY  CONFIG
      postgres  ready   15432  0 s    64 MB   as configured
      langfuse  ready   13001  0 s    64 MB   as configured (trace recorder in Langfuse's place)
      litellm   exited  14000  0 s            killed: out of memory: goat-dev logs litellm
    "
  `);
});

test("status --json must hold states, addresses and drift for programs", async () => {
  const project = await openProject();
  await project.goat(["up"]);
  project.engine.exit("goat-litellm-1", 3);
  const run = await project.goat(["status", "--json"]);
  expect(run.exitCode).toBe(5);
  expect(run.json()).toMatchObject({
    version: 1,
    stack: "goat",
    engine: { kind: "memory", endpoint: "memory:" },
    services: [
      { name: "postgres", role: "database", state: "ready", drift: [], why: null },
      { name: "langfuse", role: "tracing", state: "ready", url: `http://localhost:${project.ports.langfuse}` },
      { name: "litellm", role: "gateway", state: "exited", why: "exit status 3" },
    ],
  });
});

test("status must say that a changed port is why a service does not answer", async () => {
  const project = await openProject();
  await project.goat(["up"]);
  project.edit(".env", (text) => text.replace(/^LITELLM_PORT=.*$/m, "LITELLM_PORT=17999"));
  const { exitCode, out } = await project.goat(["status"]);
  expect(exitCode).toBe(5);
  expect(out.split("\n")[3]).toMatchInlineSnapshot(
    `"  litellm   starting  17999  0 s    64 MB   ports changed after it started: goat-dev up"`,
  );
});

test("doctor must find nothing where nothing is wrong, up or not", async () => {
  const { goat } = await openProject();
  const before = await goat(["doctor"]);
  expect(before.exitCode).toBe(0);
  expect(before.out).toMatchInlineSnapshot(`
    "✔ node 20.19.0
    ✔ .env mode 0600
    ✔ Compose file valid: 3 services
    ✔ groq key set
    ✔ database password fits a URL
    ✔ mounted files there
    ✔ dev/litellm-config.yaml: 2 routes
    ✔ Memory 1 (test)
    ✔ ports 15432 13001 14000 free
    - postgres absent
    - langfuse absent
    - litellm absent

    No problem found.
    "
  `);
  await goat(["up"]);
  const { exitCode, out } = await goat(["doctor"]);
  expect(exitCode).toBe(0);
  expect(out).toMatchInlineSnapshot(`
    "✔ node 20.19.0
    ✔ .env mode 0600
    ✔ Compose file valid: 3 services
    ✔ groq key set
    ✔ database password fits a URL
    ✔ mounted files there
    ✔ dev/litellm-config.yaml: 2 routes
    ✔ Memory 1 (test)
    - no port to open
    ✔ postgres ready
    ✔ langfuse ready
    ✔ litellm ready

    No problem found.
    "
  `);
});

test("doctor must tell what is wrong and what to type, and end with its status", async () => {
  const { goat } = await openProject({ env: "POSTGRES_PASSWORD=p:a/s@s\n" });
  const { exitCode, out, err } = await goat(["doctor"]);
  expect({ exitCode, err }).toEqual({ exitCode: 2, err: "" });
  expect(out).toMatchInlineSnapshot(`
    "✔ node 20.19.0
    ✔ .env mode 0600
    ✔ Compose file valid: 3 services
    ✖ no provider key in .env: set one of AZURE_API_KEY with AZURE_API_BASE, GROQ_API_KEY, OPENAI_API_KEY or ANTHROPIC_API_KEY
    ✖ POSTGRES_PASSWORD would need URL-encoding in DATABASE_URL
    ✔ mounted files there
    ✔ dev/litellm-config.yaml: 2 routes
    ✔ Memory 1 (test)
    ✔ ports 15432 13001 14000 free
    - postgres absent
    - langfuse absent
    - litellm absent

    2 problems
      no-provider-key   no provider key in .env: set one of AZURE_API_KEY with AZURE_API_BASE, GROQ_API_KEY, OPENAI_API_KEY or ANTHROPIC_API_KEY
      fix               set GROQ_API_KEY=… in .env   any one of these variables will do
      fix               goat-dev up   on a terminal asks for a key and saves it
      password-needs-encoding   POSTGRES_PASSWORD would need URL-encoding in DATABASE_URL
                                POSTGRES_PASSWORD holds a character that divides a URL (: / ? # [ ] @)
      fix                       set POSTGRES_PASSWORD in .env to letters, digits and - . _ ~   then goat-dev db set-password, where the database is already made
    "
  `);
});

test("doctor must tell a service that broke as a problem", async () => {
  const { goat, engine } = await openProject();
  await goat(["up"]);
  engine.exit("goat-litellm-1", 1);
  const { exitCode, out } = await goat(["doctor"]);
  expect(exitCode).toBe(5);
  expect(out.split("\n").slice(-6).join("\n")).toMatchInlineSnapshot(`
    "✖ litellm exited: exit status 1

    1 problem
      stack-not-ready   litellm exited: exit status 1
      fix               goat-dev logs litellm   shows what it said
    "
  `);
});

test("doctor must change nothing, not even a missing .env", async () => {
  const { goat, folder, engine } = await openProject({ env: null });
  const { out } = await goat(["doctor"]);
  expect(out).toContain("no .env yet: goat-dev up makes it");
  expect(() => statSync(join(folder, ".env"))).toThrow("ENOENT");
  expect(engine.applied).toEqual([]);
});

test("doctor --json must hold each check with its verdict", async () => {
  const { goat } = await openProject({ env: "" });
  const run = await goat(["doctor", "--json"]);
  expect(run.exitCode).toBe(2);
  expect(run.json()).toMatchObject({
    version: 1,
    ok: false,
    checks: expect.arrayContaining([expect.objectContaining({ verdict: "problem", code: "no-provider-key" })]),
  });
});

test("doctor must tell a Compose file's mistakes and an absent engine as problems", async () => {
  const project = await openProject({ unreachable: "no Docker engine answers" });
  expect(await project.goat(["doctor"])).toMatchObject({ exitCode: 3 });
  project.write("dev/docker-compose.yml", "services:\n  a: { imgae: x }\n");
  const { exitCode, out } = await project.goat(["doctor"]);
  expect(exitCode).toBe(2);
  expect(out).toMatchInlineSnapshot(`
    "✔ node 20.19.0
    ✔ .env mode 0600
    ✖ 2 mistakes in the Compose file, first dev/docker-compose.yml:2:3 "a" needs an image

    1 problem
      compose-invalid   2 mistakes in the Compose file, first dev/docker-compose.yml:2:3 "a" needs an image
                        dev/docker-compose.yml:2:3 "a" needs an image
                        dev/docker-compose.yml:2:8 unknown key "imgae": did you mean "image"?
      fix               $EDITOR +2 dev/docker-compose.yml   then: goat-dev up
    "
  `);
});

test("logs must show what services said, of those that are named, and so many lines", async () => {
  const services = { postgres: { log: ["ready to accept connections"] }, litellm: { log: ["one", "two", "three"] } };
  const { goat } = await openProject({ services });
  await goat(["up"]);
  expect((await goat(["logs"])).out).toMatchInlineSnapshot(`
    "postgres | ready to accept connections
    litellm  | one
    litellm  | two
    litellm  | three
    "
  `);
  expect((await goat(["logs", "litellm", "--tail", "1"])).out).toMatchInlineSnapshot(`
    "litellm | three
    "
  `);
  expect((await goat(["logs", "--since", "2026-01-02T00:00:00Z"])).out).toBe("");
});

test("logs --json must be one document a line", async () => {
  const { goat } = await openProject({ services: { litellm: { log: ["one", "two"] } } });
  await goat(["up"]);
  const { out } = await goat(["logs", "litellm", "--json"]);
  const lines = out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines).toMatchObject([
    { service: "litellm", stream: "stdout", line: "one" },
    { service: "litellm", stream: "stdout", line: "two" },
  ]);
});

test("logs --follow must go on as lines come, until Ctrl-C", async () => {
  const { goat, engine } = await openProject({ services: { litellm: { log: ["started"] } } });
  await goat(["up"]);
  const interrupt = new AbortController();
  const onOut = (text: string): void => {
    if (text.endsWith("started\n")) engine.print("goat-litellm-1", "later");
    if (text.endsWith("later\n")) interrupt.abort(new DOMException("interrupted", "AbortError"));
  };
  const { exitCode, out, err } = await goat(["logs", "-f", "litellm"], { signal: interrupt.signal, onOut });
  expect({ exitCode, out, err }).toMatchInlineSnapshot(`
    {
      "err": "",
      "exitCode": 130,
      "out": "litellm | started
    litellm | later
    ",
    }
  `);
});

test("logs before anything is there must say what makes it", async () => {
  const { goat } = await openProject();
  const { exitCode, err } = await goat(["logs"]);
  expect({ exitCode, err }).toEqual({ exitCode: 0, err: "note: no containers yet: goat-dev up\n" });
});

test("env must print what a shell can evaluate, with the gateway's own key", async () => {
  const { goat } = await openProject({ env: `GROQ_API_KEY=${secretKey}\nLITELLM_MASTER_KEY='sk-it is "mine"'\n` });
  const { exitCode, out, err } = await goat(["env"]);
  expect({ exitCode, err }).toEqual({ exitCode: 0, err: "" });
  expect(out).toMatchInlineSnapshot(`
    "export OPENAI_BASE_URL=http://localhost:14000/v1
    export OPENAI_API_KEY='sk-it is "mine"'
    export EVAL_MODEL=llama-3.3-70b
    "
  `);
  expect((await goat(["env", "--json"])).json()).toMatchObject({ OPENAI_API_KEY: 'sk-it is "mine"' });
});

test("config must show the stack as it is understood, with no secret unless asked for", async () => {
  const { goat } = await openProject();
  const masked = await goat(["config"]);
  expect(masked.out).toContain("image: postgres:16");
  expect(masked.out).not.toContain(secretKey);
  expect((await goat(["config", "--show-secrets"])).out).toContain(secretKey);
  expect((await goat(["config", "--json"])).json()).toMatchObject({ name: "goat" });
});

test("help must go to stdout with examples, and end with 0", async () => {
  const { goat } = await openProject();
  const { exitCode, out, err } = await goat(["--help"]);
  expect({ exitCode, err }).toEqual({ exitCode: 0, err: "" });
  expect(out).toMatchInlineSnapshot(`
    "Usage: goat-dev [options] [command]

    A working LLM gateway on your own machine: Postgres, Langfuse and LiteLLM, ready
    and proven.

    Options:
      -V, --version                   the version
      --json                          one JSON document on stdout, and nothing else
      --json-stream                   one JSON event a line on stdout
      -q, --quiet                     results and errors only
      -v, --verbose                   each step, and the engine's own words
      -p, --project-name <name>       the stack's name, as for docker compose
      -f, --file <path>               Compose file (again for more)
      --env-file <path>               instead of .env
      --profile <name>                switch on a profile (again for more)
      --docker-host <url>             which Docker engine: unix:///… or
                                      tcp://127.0.0.1:…
      --no-color                      no colours
      -h, --help                      this help

    Commands:
      up [options] [service...]       bring the stack up, wait until it really
                                      answers, and prove it with one call
      status [options]                what runs, since when, and whether it is as
                                      configured (exit 5 unless all is ready)
      logs [options] [service...]     what the services said
      restart [options] [service...]  stop and start services, with what changed in
                                      .env and config files, and wait until they are
                                      ready
      down [options]                  stop and remove containers and networks; data
                                      stays, unless --volumes
      doctor [options]                what is wrong, and what to type
      config [options]                the stack as it is understood, variables
                                      filled in, secrets masked
      env [options]                   the three variables that point a program at
                                      the gateway
      db [options]                    the database
      help [command]                  help on a command

    Examples:
      goat-dev up                    bring the stack up, prove that it works
      goat-dev restart litellm       take over an edited dev/litellm-config.yaml
      goat-dev doctor                what is wrong, and what to type
    "
  `);
  expect((await goat(["up", "--help"])).out).toMatchInlineSnapshot(`
    "Usage: goat-dev up [options] [service...]

    bring the stack up, wait until it really answers, and prove it with one call

    Options:
      --timeout <duration>  limit for everything to be ready, such as 90s
      --plan                show what would be done, and do nothing
      --example             run the example client even where a kept proof still
                            holds
      --no-example          no call through the gateway
      -h, --help            this help

    Examples:
      goat-dev up            everything
      goat-dev up --plan     what would change, and why
      goat-dev up postgres   one service and what it needs
      goat-dev up --json     one JSON document, for scripts
    "
  `);
  expect((await goat([])).out).toBe(out);
  expect((await goat(["--version"])).out).toBe("0.1.0\n");
});
