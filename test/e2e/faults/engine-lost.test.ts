import { expect, test } from "vitest";
import { describeOnEngine } from "../../support/scenario-hooks.ts";
import { startProxy } from "./engine-proxy.ts";
import {
  expectNothingMade,
  expectWell,
  failureOf,
  held,
  idle,
  openStack,
  release,
  untilRunning,
} from "./small-stack.ts";

describeOnEngine("an engine that is not well", () => {
  test("up must exit 3 when the engine goes away while it waits, and go on when it is back", async () => {
    const stack = await openStack({ web: held });
    const proxy = await startProxy(stack.path("..", "engine.sock"));
    const up = stack.start(["up", "--json"], { env: proxy.env });
    await untilRunning(stack, "web");
    proxy.suffer("dies");
    const error = failureOf(await up.done, 3, "engine-unreachable");
    expect(error.fixes.map(({ command }) => command)).toContain("docker version");
    const before = await stack.container("web");
    await release(stack, "web");
    await expectWell(stack);
    expect(await stack.container("web")).toEqual(before);
  });

  test("an engine whose answers are late must only make up slower", async () => {
    const stack = await openStack({ one: idle, two: { ...idle, depends_on: ["one"] } });
    const proxy = await startProxy(stack.path("..", "engine.sock"), { lateMs: 100 });
    const up = await stack.run(["up", "--json"], { env: proxy.env });
    expect(up.exitCode, up.output).toBe(0);
    expect(up.json.changed).toEqual(["one", "two"]);
    expect((await stack.run(["down"], { env: proxy.env })).exitCode).toBe(0);
    await expectNothingMade(stack);
  });

  test("Ctrl-C must work while the engine does not answer", async () => {
    const stack = await openStack({ web: held });
    const proxy = await startProxy(stack.path("..", "engine.sock"));
    const up = stack.start(["up", "--json"], { env: proxy.env });
    await untilRunning(stack, "web");
    proxy.suffer("hangs");
    up.interrupt();
    failureOf(await up.done, 130, "interrupted");
    expect(await stack.container("web")).toMatchObject({ status: "running" });
  });
});
