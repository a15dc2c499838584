import { expect, test } from "vitest";
import { openProject, secretKey } from "../support/goat-project.ts";

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

test("logs --follow must go on through a restart, each line once", async () => {
  const { goat, engine } = await openProject({ services: { litellm: { log: ["started"] } } });
  await goat(["up"]);
  const interrupt = new AbortController();
  const lines = (text: string): number => text.split("\n").length - 1;
  const onOut = (text: string): void => {
    if (lines(text) === 1) engine.print("goat-litellm-1", "later");
    if (lines(text) === 2) void goat(["restart", "litellm", "--hard"]);
    if (lines(text) === 3) engine.print("goat-litellm-1", "last");
    if (lines(text) === 4) interrupt.abort(new DOMException("interrupted", "AbortError"));
  };
  const { exitCode, out } = await goat(["logs", "-f", "litellm"], { signal: interrupt.signal, onOut });
  const said = ["started", "later", "started", "last"].map((line) => `litellm | ${line}`);
  expect({ exitCode, lines: out.trimEnd().split("\n") }).toEqual({ exitCode: 130, lines: said });
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
    "export OPENAI_BASE_URL=http://127.0.0.1:14000/v1
    export OPENAI_API_KEY='sk-it is "mine"'
    export EVAL_MODEL=llama-3.3-70b
    export LITELLM_API_KEY='sk-it is "mine"'
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
      --env-file <path>               instead of .env (again for more)
      --profile <name>                switch on a profile (again for more)
      --engine <name>                 docker, or embedded: plain local processes,
                                      without Docker
      --docker-host <url>             which Docker engine: unix:///… or
                                      tcp://127.0.0.1:…
      --no-color                      no colours
      -h, --help                      this help

    Commands:
      up [service...]                 bring the stack up, wait until it really
                                      answers, and prove it with one call
      status                          what runs, since when, how much memory it
                                      takes, and what differs from the files (exit 5
                                      unless all is ready)
      logs [service...]               what the services said
      traces                          what was asked of which model: time, tokens,
                                      cost, how long it took, first words; live with
                                      -f
      spend                           what calls have cost, and how much of the
                                      gateway's budget is left
      open                            a page for this machine alone: calls as they
                                      come, spend, models, services
      restart [service...]            reload, or stop and start, services, with what
                                      changed in .env and config files, and wait
                                      until they are ready
      watch                           have the running gateway take over each saved
                                      edit of its config and of .env
      down                            stop and remove containers and networks; data
                                      stays, unless --volumes
      doctor [check...]               what is wrong, and what to type
      explain [code...]               what a failure's code means, and what to do
                                      about it; every one without a code
      keys                            which provider keys are set, from where, and
                                      whether they can be meant; below, keys of the
                                      gateway
      config                          the stack as it is understood, variables
                                      filled in, secrets masked
      models                          every model: provider, key, whether it is
                                      served, price, and why it cannot be asked;
                                      also with the stack down
      env                             the three variables that point a program at
                                      the gateway
      run [command...]                run a command with those variables; its
                                      streams, signals and exit status are its own
      replay <cassette> [command...]  run a command on recorded calls: no stack, no
                                      key, no network
      cassette                        files of recorded calls
      drill <model>                   let a model fail in a throw-away copy of the
                                      gateway, and see which fallback answers (exit
                                      6 where none does)
      ask [question...]               one question to a model; what is piped in
                                      comes along, the answer alone goes to stdout
      example                         a short agent loop through the gateway, with
                                      one harmless tool: the current time
      init                            put dev/, .env.example and ignore lines into
                                      this repository, under a stack name of its
                                      own; overwrites nothing unasked
      modal                           the same gateway in the cloud, and models on
                                      GPUs: deploy, prove, look at, stop
      db                              the database
      upgrade [service...]            bring images to the versions that were tested
                                      together, after a snapshot, and prove it; asks
      mcp                             serve coding agents over stdin and stdout
                                      (Model Context Protocol); they can only look
      ls                              every stack of this machine, on both engines:
                                      folder, ports, size, last use
      prune                           take down stacks whose folder is gone, each
                                      after a yes; data stays, unless --volumes
      completion <shell>              a script that has the shell complete commands,
                                      options, services and models
      help [command]                  help on a command, or on a topic below

    Examples:
      goat-dev up                    bring the stack up, prove that it works
      goat-dev restart litellm       take over an edited dev/litellm-config.yaml
      goat-dev doctor                what is wrong, and what to type

    More: goat-dev help environment | exit-codes | files
    "
  `);
  expect((await goat(["up", "--help"])).out).toMatchInlineSnapshot(`
    "Usage: goat-dev up [options] [service...]

    bring the stack up, wait until it really answers, and prove it with one call

    Options:
      --timeout <duration>  limit for everything to be ready, such as 90s
      --dry-run, --plan     show what would be done, and do nothing
      --build               build the images that have a build:, though they are
                            here
      --pull <policy>       always, missing or never, in place of each pull_policy
      --watch               then take over each saved edit of the config and of
                            .env, until Ctrl-C
      --demo                without a provider key: every model gives a made-up
                            answer
      --example             run the example client even where a kept proof still
                            holds
      --no-example          no call through the gateway
      --instance <name>     a stack of this checkout's own, on ports of its own;
                            auto names it after the folder
      --set <name=value>    write it into .env first; again for more
      --take-over           of a stack that another folder made: make it this
                            folder's; asks
      -y, --yes             do not ask
      -h, --help            this help

    Examples:
      goat-dev up                   everything
      goat-dev up --demo            see it work without a key
      goat-dev up --plan            what would change, and why
      goat-dev up --instance auto   beside another worktree's stack; all commands here follow
      goat-dev up postgres          one service and what it needs
      goat-dev up --json            one JSON document, for scripts
    "
  `);
  expect((await goat([])).out).toBe(out);
  expect((await goat(["--version"])).out).toBe("0.1.0\n");
});
