import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { describeOnEngine } from "../../support/scenario-hooks.ts";
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

interface Proxy {
  readonly env: { readonly DOCKER_HOST: string };
  /** Every connection is gone, and no new one is taken. */
  cut(): void;
  /** Requests still arrive at the engine; no answer comes back any more. */
  mute(): void;
}

const engineSocket = (process.env["DOCKER_HOST"] ?? "unix:///var/run/docker.sock").replace("unix://", "");

/** A socket that leads to the real engine, whose every answer is late. */
const startProxy = async (path: string, { lateMs = 0 } = {}): Promise<Proxy> => {
  const sockets = new Set<Socket>();
  let isMute = false;
  const server = createServer((client) => {
    const engine = connect(engineSocket);
    for (const [socket, peer] of [
      [client, engine],
      [engine, client],
    ] as const) {
      sockets.add(socket);
      socket.on("error", () => peer.destroy()).on("close", () => peer.destroy());
    }
    client.on("data", (data) => engine.write(data));
    engine.on("data", (data) => {
      if (!isMute) setTimeout(() => client.write(data), lateMs);
    });
  });
  server.listen(path);
  await once(server, "listening");
  const cut = (): void => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  onTestFinished(cut);
  const mute = (): void => {
    isMute = true;
  };
  return { env: { DOCKER_HOST: `unix://${path}` }, cut, mute };
};

describeOnEngine("an engine that is not well", () => {
  test("up must exit 3 when the engine goes away while it waits, and go on when it is back", async () => {
    const stack = await openStack({ web: held });
    const proxy = await startProxy(stack.path("..", "engine.sock"));
    const up = stack.start(["up", "--json"], { env: proxy.env });
    await untilRunning(stack, "web");
    proxy.cut();
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
    proxy.mute();
    up.interrupt();
    failureOf(await up.done, 130, "interrupted");
    expect(await stack.container("web")).toMatchObject({ status: "running" });
  });
});
