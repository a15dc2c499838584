import { expect, test } from "vitest";
import { goTests, pythonClients, toolchains } from "../support/client-tools.ts";
import { describeLocally, type LocalScenario } from "../support/local-scenario.ts";
import { openSteady, type Steady } from "../support/tap-clients.ts";

const found = await toolchains();
const isRequired = process.env["GOAT_DEV_REQUIRE_ENGINES"] === "1";
const buildTimeMs = 600_000;
const testWith = (version: string | null) => test.skipIf(version === null && !isRequired);

/** Runs a program once straight and once through the tap: the gateway has to hear the same, and the program to say the same. */
const runBothWays = async (
  { stack, gateway }: Steady,
  command: readonly string[],
  env = {},
): Promise<LocalScenario> => {
  const once = async (...options: readonly string[]) => {
    const [before, leftBefore] = [gateway.calls.length, gateway.left.length];
    const { exitCode, stdout, output } = await stack.run(["run", "--anthropic", ...options, "--", ...command], { env });
    expect(exitCode, output).toBe(0);
    return { stdout, calls: gateway.calls.slice(before), left: gateway.left.slice(leftBefore) };
  };
  const straight = await once("--no-tap");
  const tapped = await once("--bill", "--record", "calls.jsonl");
  expect(straight.calls.length).toBeGreaterThan(0);
  expect(tapped).toEqual(straight);
  return stack;
};

describeLocally("real clients, straight and through the tap", () => {
  testWith(found.python)(
    "OpenAI's and Anthropic's for Python must send and hear the same",
    async () => {
      const steady = await openSteady();
      const python = await pythonClients(found.python ?? "");
      await runBothWays(steady, [python, "clients.py"]);
      expect(steady.gateway.left).toEqual(["/v1/chat/completions", "/v1/chat/completions"]);
    },
    buildTimeMs,
  );

  test(
    "OpenAI's for TypeScript must send and hear the same",
    async () => {
      const steady = await openSteady();
      await runBothWays(steady, [process.execPath, "clients.mjs"]);
      expect(steady.gateway.left).toEqual(["/v1/chat/completions", "/v1/chat/completions"]);
    },
    buildTimeMs,
  );

  testWith(found.go)(
    "OpenAI's for Go must send and hear the same",
    async () => {
      const program = await goTests(found.go ?? "");
      await runBothWays(await openSteady(), [program, "-test.run", "Pieces|Sentence"]);
    },
    buildTimeMs,
  );

  testWith(found.python)(
    "simonw's llm must send and hear the same",
    async () => {
      const python = await pythonClients(found.python ?? "");
      const steady = await openSteady();
      const env = { LLM_USER_PATH: steady.stack.folder };
      await runBothWays(steady, [python, "-m", "llm", "-m", "gpt-4o-mini", "--no-log", "hi"], env);
    },
    buildTimeMs,
  );
});
