import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { describeLocally, type LocalScenario, openLocally, shareLocally } from "../support/local-scenario.ts";
import { mainJobTests } from "../support/main-job-suite.ts";
import { isPortFree } from "../support/ports.ts";
import { countTraces, until } from "../support/scenario-probes.ts";

const noKeys = { GROQ_API_KEY: "" };
const nobody = 65_534;
const isRoot = process.getuid?.() === 0;
const users: readonly (readonly [string, number | undefined])[] = isRoot
  ? [
      ["root", undefined],
      ["a normal user", nobody],
    ]
  : [["a normal user", undefined]];

/** Nothing can be fetched: every address leads nowhere. */
const offline = {
  HTTP_PROXY: "http://127.0.0.1:9",
  HTTPS_PROXY: "http://127.0.0.1:9",
  NO_PROXY: "127.0.0.1,localhost",
  npm_config_registry: "http://127.0.0.1:9",
  PIP_INDEX_URL: "http://127.0.0.1:9",
};

const expectGone = async (stack: LocalScenario, pids: Readonly<Record<string, number>>): Promise<void> => {
  for (const pid of Object.values(pids)) await until(`${pid} is gone`, () => !existsSync(`/proc/${pid}`), 10_000);
  for (const port of Object.values(stack.ports)) expect(await isPortFree(port)).toBe(true);
};

describeLocally("without Docker", () => {
  test.for(users)("as %s, up --demo must answer, trace, and say where everything is", async ([, user]) => {
    // A normal user has no Docker here, and asks for nothing: plain processes are what there is.
    const whom = user === undefined ? {} : { user, env: { GOAT_DEV_ENGINE: "" } };
    const stack = await openLocally({ variables: noKeys, ...whom });
    const up = await stack.run(["up", "--demo"]);
    expect(up.exitCode, up.output).toBe(0);
    if (user !== undefined) expect(up.stderr).toMatch(/^note: no Docker engine answers.*plain local processes$/m);
    for (const service of ["postgres", "langfuse", "litellm"]) {
      expect(up.stderr).toMatch(new RegExp(`^✔ ${service} +created · ready in [\\d.]+ m?s$`, "m"));
    }
    expect(up.stderr).toMatch(/^✔ gateway +5 models routed, each answers from the config itself$/m);
    expect(up.stderr).toMatch(/^✔ example +gpt-4o-mini answered in .*"Hello from the demo/m);
    expect(up.stderr).toMatch(/^✔ trace +seen in the trace recorder/m);
    expect(up.stdout).toContain("trace recorder, in Langfuse's place");
    expect(up.stdout).toMatch(/^ {2}Admin +http:\/\/localhost:\d+\/ui +admin \/ sk-dev-key$/m);
    expect(up.stdout).toContain("This is a demo");
    expect(await countTraces(stack)).toBe(1);

    const status = await stack.run(["status"]);
    expect(status.exitCode, status.output).toBe(0);
    expect(status.stdout).toContain("trace recorder in Langfuse's place");
    expect(status.stdout).not.toContain("budgets are not enforced");
    const pids = await stack.pids();
    expect(Object.keys(pids).sort()).toEqual(["langfuse", "litellm", "postgres"]);

    const again = await stack.run(["up", "--demo"], { env: offline });
    expect(again).toMatchObject({ exitCode: 0, stderr: "" });
    expect(again.stdout).toMatch(/^✔ postgres, langfuse and litellm are ready and as configured/);
    expect(await stack.pids()).toEqual(pids);

    const down = await stack.run(["down"]);
    expect(down.exitCode, down.output).toBe(0);
    await expectGone(stack, pids);

    // LiteLLM's second start is the same for root.
    const services = user === undefined && isRoot ? ["langfuse"] : [];
    const later = await stack.run(["up", "--demo", "--no-example", ...services], { env: offline });
    expect(later.exitCode, later.output).toBe(0);
    expect(await countTraces(stack)).toBe(1);
  });

  describe("the main job", () => {
    const stack = shareLocally();
    mainJobTests({ engine: /plain local processes/, short: "embedded", stack, lives: () => stack().pids() });
  });
});
