import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import type { Scenario } from "../../support/scenario.ts";
import { describeOnEngine, openScenario } from "../../support/scenario-hooks.ts";
import { idsOf } from "../../support/scenario-probes.ts";

/** Docker Desktop's way: the current context names a socket that is gone while it is stopped. */
const stopDocker = (stack: Scenario): void => {
  const id = createHash("sha256").update("stopped").digest("hex");
  const docker = { Host: `unix://${stack.path("..", "stopped.sock")}`, SkipTLSVerify: false };
  const meta = { Name: "stopped", Metadata: {}, Endpoints: { docker } };
  stack.write(`../home/.docker/contexts/meta/${id}/meta.json`, JSON.stringify(meta));
  stack.write("../home/.docker/config.json", JSON.stringify({ currentContext: "stopped" }));
};

const commandsOf = ({
  json,
}: {
  readonly json: { readonly error?: { readonly fixes: readonly { command: string }[] } };
}) => json.error?.fixes.map(({ command }) => command);

describeOnEngine("a stack that runs on Docker", () => {
  test("must not be started a second time as plain processes; the message must say how to move", async () => {
    const stack = await openScenario();
    expect((await stack.run(["up", "postgres"])).exitCode).toBe(0);
    const before = await idsOf(stack);
    const moved = await stack.run(["up", "postgres", "--engine", "embedded", "--json"]);
    expect(moved).toMatchObject({ exitCode: 4, json: { error: { code: "engine-changed" } } });
    expect(moved.json.error?.message).toContain("runs on Docker now (1 service)");
    expect(commandsOf(moved)).toContain("goat-dev down --engine docker && goat-dev up --engine embedded");
    expect(await idsOf(stack)).toEqual(before);
  });

  test("must be told that Docker is stopped, and never wake up elsewhere with an empty database", async () => {
    const stack = await openScenario();
    expect((await stack.run(["up", "postgres"])).exitCode).toBe(0);
    expect((await stack.run(["down"])).exitCode).toBe(0);
    stopDocker(stack);
    const up = await stack.run(["up", "postgres", "--json"], { env: { DOCKER_HOST: "" } });
    expect(up).toMatchObject({ exitCode: 3, json: { error: { code: "engine-unreachable" } } });
    expect(commandsOf(up)).toContain("goat-dev up --engine embedded");
    stack.write("../home/.docker/config.json", "{}");
    expect((await stack.run(["up", "postgres", "--json"])).json).toMatchObject({ ok: true });
  });
});
