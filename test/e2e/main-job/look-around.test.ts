import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { docker } from "../../support/docker.ts";
import { fakeKey } from "../../support/scenario-base.ts";
import { describeOnEngine, shareScenario } from "../../support/scenario-hooks.ts";
import { chat, compose, until } from "../../support/scenario-probes.ts";

const key = fakeKey();
const master = `sk-${fakeKey()}`;

describeOnEngine("looking around", () => {
  const stack = shareScenario({ env: { GROQ_API_KEY: key, LITELLM_MASTER_KEY: master } }, async (scenario) => {
    const up = await scenario.run(["up", "--verbose"]);
    expect(up.exitCode, up.output).toBe(0);
  });

  test("status must show every service as ready with its port, its memory and its configuration, and exit 0", async () => {
    const { ports } = stack();
    const status = await stack().run(["status"]);
    expect(status).toMatchObject({ exitCode: 0, stderr: "" });
    expect(status.stdout).toMatch(/SERVICE +STATE +PORT +SINCE +MEMORY +CONFIG/);
    for (const name of ["postgres", "langfuse", "litellm"] as const) {
      expect(status.stdout).toMatch(new RegExp(`^ +${name} +ready +${ports[name]} +.+ \\d+ MB +as configured`, "m"));
    }
  });

  test("status --json must be one document with engine, state, URL, memory and drift", async () => {
    const { stdout, json, exitCode } = await stack().run(["status", "--json"]);
    expect(exitCode).toBe(0);
    expect(json).toMatchObject({ version: 1, stack: stack().name, engine: { kind: "docker" } });
    expect(JSON.parse(stdout)).toEqual(json);
    const litellm = json.services?.find(({ name }) => name === "litellm");
    expect(litellm).toMatchObject({
      role: "gateway",
      state: "ready",
      url: `http://127.0.0.1:${stack().ports.litellm}`,
      drift: [],
    });
    expect(litellm?.memoryBytes).toBeGreaterThan(50_000_000);
  });

  test("logs must show the last lines of a service, each with its name", async () => {
    const logs = await stack().run(["logs", "litellm", "--tail", "2"]);
    expect(logs).toMatchObject({ exitCode: 0, stderr: "" });
    expect(logs.stdout.trimEnd().split("\n")).toHaveLength(2);
    expect(logs.stdout).toMatch(/^(litellm +\| .*\n){2}$/);
  });

  test("logs --json must be one document a line, and --since must leave out what is older", async () => {
    const all = await stack().run(["logs", "postgres", "--json"]);
    const lines = all.stdout
      .trimEnd()
      .split("\n")
      .map((line): { service: string; at: string; stream: string; line: string } => JSON.parse(line));
    expect(lines.length).toBeGreaterThan(3);
    expect(new Set(lines.map(({ service }) => service))).toEqual(new Set(["postgres"]));
    const middle = lines[Math.floor(lines.length / 2)]?.at ?? "";
    const late = await stack().run(["logs", "postgres", "--json", "--since", middle]);
    const ats = late.stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line).at as string);
    expect(ats.length).toBeGreaterThan(0);
    expect(ats.length).toBeLessThan(lines.length);
    expect(ats.every((at) => Date.parse(at) >= Date.parse(middle))).toBe(true);
    const future = await stack().run(["logs", "postgres", "--since", "2100-01-01T00:00:00Z"]);
    expect(future.stdout).toBe("");
  });

  test("logs --follow must go on with new lines and end on Ctrl-C with 130", async () => {
    const follow = stack().start(["logs", "langfuse", "--follow", "--tail", "0"]);
    const { id } = await stack().container("langfuse");
    await until("a line of the container arrives", async () => {
      await docker("exec", id, "sh", "-c", "echo a line of the test >/proc/1/fd/1");
      return follow.output().includes("langfuse | a line of the test");
    });
    follow.interrupt();
    expect((await follow.done).exitCode).toBe(130);
  });

  test("config --json must say what docker compose config says, key by key", async () => {
    const asked = await stack().run(["config", "--json", "--show-secrets"]);
    expect(asked.exitCode).toBe(0);
    const { version: _, services, ...rest } = JSON.parse(asked.stdout);
    const theirs = JSON.parse(await compose(stack(), "--env-file", ".env", "config", "--format", "json"));
    for (const service of Object.values<Record<string, unknown>>(services)) delete service["x-goat"];
    for (const service of Object.values<Record<string, unknown>>(theirs.services)) delete service["x-goat"];
    expect({ services, ...rest }).toEqual(theirs);
  });

  test("env must print the variables with which a program reaches a model", async () => {
    const { stdout, exitCode } = await stack().run(["env"]);
    expect(exitCode).toBe(0);
    expect([...stdout.matchAll(/^export (\w+)=/gm)].map(([, name]) => name)).toEqual([
      "OPENAI_BASE_URL",
      "OPENAI_API_KEY",
      "EVAL_MODEL",
      "LITELLM_API_KEY",
    ]);
    const program = `fetch(process.env.OPENAI_BASE_URL + "/chat/completions", {
      method: "POST",
      headers: { authorization: "Bearer " + process.env.OPENAI_API_KEY, "content-type": "application/json" },
      body: JSON.stringify({ model: process.env.EVAL_MODEL, messages: [{ role: "user", content: "hello" }] }),
    }).then((response) => response.text()).then(console.log)`;
    const script = `eval "$ENV_OF_GOAT"; exec "$NODE" -e "$PROGRAM"`;
    const env = { PATH: stack().env["PATH"], ENV_OF_GOAT: stdout, NODE: process.execPath, PROGRAM: program };
    const answer = await promisify(execFile)("sh", ["-c", script], { env });
    expect(answer.stdout).toContain("Hello from llama-3.3-70b");
  });

  test("a virtual key must be good for its models, be booked under its name, and be good no longer once revoked", async () => {
    const limits = ["--budget", "5/1d", "--models", "llama-3.3-70b", "--expires", "7d"];
    const made = await stack().run(["keys", "create", "--alias", "ci", ...limits, "--json"]);
    expect(made.exitCode, made.output).toBe(0);
    const { secret } = JSON.parse(made.stdout) as { readonly secret: string };
    expect((await chat(stack(), "llama-3.3-70b", secret)).text).toContain("Hello from llama-3.3-70b");
    expect((await chat(stack(), "gpt-4o-mini", secret)).status).toBeGreaterThanOrEqual(400);
    type Row = { readonly name: string; readonly calls: number };
    await until("the call is booked", async () => {
      const { stdout } = await stack().run(["spend", "--by", "key", "--json"]);
      const { rows } = JSON.parse(stdout) as { readonly rows: readonly Row[] };
      return rows.some(({ name, calls }) => name === "ci" && calls >= 1);
    });
    const list = await stack().run(["keys", "list"]);
    expect(list.stdout).toMatch(/^ +ci .*of \$5\.00 in 1d +llama-3\.3-70b /m);
    expect((await stack().run(["spend"])).stdout).toMatch(/llama-3\.3-70b +\$/);
    expect((await stack().run(["keys", "revoke", "ci", "--yes"])).exitCode).toBe(0);
    expect((await chat(stack(), "llama-3.3-70b", secret)).status).toBe(401);
    const later = stack().history.filter(({ args }) => args[1] !== "create");
    expect(later.filter(({ output }) => output.includes(secret))).toEqual([]);
  });

  test("a secret of .env must appear in no output and in no command line", async () => {
    const commands = [
      ["up", "--example", "--verbose"],
      ["up", "--example", "--json"],
      ["up", "--example", "--json-stream"],
      ["up", "--plan", "--verbose"],
      ["status", "--verbose"],
      ["status", "--json"],
      ["logs"],
      ["logs", "--json"],
      ["config"],
      ["config", "--json"],
      ["doctor", "--verbose"],
      ["doctor", "--json"],
      ["up", "nonsense"],
      ["down", "--volumes", "--json"],
    ];
    const seen = [];
    for (const args of commands) {
      const running = stack().start(args);
      let ended = false;
      const done = running.done.finally(() => {
        ended = true;
      });
      while (!ended) seen.push((await promisify(execFile)("ps", ["-A", "-ww", "-o", "args="])).stdout);
      expect((await done).output.length, args.join(" ")).toBeGreaterThan(0);
    }
    expect(seen.some((processes) => processes.includes("example/main.js"))).toBe(true);
    const leaky = stack().history.filter(({ args, output }) => !isShown(args) && holdsSecret(output));
    expect(leaky.map(({ args }) => args.join(" "))).toEqual([]);
    expect(seen.filter(holdsSecret)).toEqual([]);
  });

  test("status must exit 5 and say why when a service is not ready", async () => {
    await docker("stop", "--time", "1", (await stack().container("langfuse")).id);
    const text = await stack().run(["status"]);
    expect(text.exitCode).toBe(5);
    expect(text.stdout).toMatch(/^ +langfuse +exited /m);
    expect(text.stdout).toMatch(/^ +service-exited +langfuse exited: exit status \d+$/m);
    expect(text.stdout).toMatch(/^ +fix +goat-dev up /m);
    const { exitCode, json } = await stack().run(["status", "--json"]);
    expect(exitCode).toBe(5);
    expect(json.services?.map(({ state }) => state)).toEqual(["ready", "exited", "ready"]);
  });
});

/** These two exist to print the gateway's key, or everything. */
const isShown = (args: readonly string[]): boolean => args[0] === "env" || args.includes("--show-secrets");

const holdsSecret = (text: string): boolean => text.includes(key) || text.includes(master);
