import { createHash } from "node:crypto";
import type { RequestListener } from "node:http";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import type { Engine } from "../../../../src/engine/engine.ts";
import type { ObservedService } from "../../../../src/model/observed.ts";
import type { Serving } from "../../../../src/stack/engine-context.ts";
import { observeStack } from "../../../../src/stack/run/observe.ts";
import { startHttp, startTcp } from "../../../support/fake-server.ts";
import { port, service, stackOf } from "../../../support/sample-stack.ts";
import { tempFolder, writeFiles } from "../../../support/temp.ts";
import { openTestWorld } from "../../../support/test-world.ts";

const hash = (text: string): string => createHash("sha256").update(text).digest("hex");
const answer =
  (status: number, body: object): RequestListener =>
  (_, response) =>
    void response.writeHead(status).end(JSON.stringify(body));
const silent: RequestListener = () => undefined;

interface Scene {
  readonly serves: RequestListener;
  /** What its launcher says of the file; absent: no launcher answers. */
  readonly launcher?: { readonly saved: string; readonly environment?: Readonly<Record<string, string>> };
}

/** A gateway that runs with this config, as it is seen; and how often its launcher was asked. */
const seen = async ({ serves, launcher }: Scene): Promise<{ found: ObservedService | undefined; asked: number }> => {
  const config = join(writeFiles(tempFolder(), { "config.yaml": "now" }), "config.yaml");
  const server = await startHttp(serves);
  onTestFinished(() => server[Symbol.asyncDispose]());
  const stack = stackOf(
    service("litellm", {
      ports: [port(server.port)],
      files: [{ path: "config.yaml", source: config, target: config, hash: hash("now") }],
      reload: { command: ["launch"], files: [config], environment: ["KEY"] },
    }),
  );
  let asked = 0;
  const exec = (command: readonly string[]) => {
    expect(command).toEqual(["launch", "status"]);
    asked += 1;
    const { saved = "", environment = {} } = launcher ?? {};
    const told = launcher === undefined ? { ok: false } : { ok: true, files: { [config]: hash(saved) }, environment };
    return { exitCode: 0, output: JSON.stringify(told) };
  };
  const world = openTestWorld(stack, { services: { litellm: { exec } } });
  await world.up(stack);
  const { services } = await observeStack(stack, world);
  return { found: services[0], asked };
};

test("what a gateway says that it serves must be compared with the files", async () => {
  const same = await seen({ serves: answer(200, { files: {}, variables: [] }) });
  expect(same).toMatchObject({ found: { stale: [] }, asked: 0 });
});

test("a gateway that is too busy to say what it serves must be known from its launcher, and not be made anew", async () => {
  const { found } = await seen({ serves: silent, launcher: { saved: "before", environment: { KEY: "abc" } } });
  expect(found?.stale).toEqual(["config.yaml"]);
  expect(found?.fingerprint).toMatchObject({ "environment.KEY": "abc" });
});

test("a gateway that neither says, nor its launcher, must be judged by its labels", async () => {
  const { found, asked } = await seen({ serves: silent });
  expect(asked).toBe(1);
  expect(found?.stale).toBeUndefined();
});

test("one that knows no such question must be judged by its labels, and no launcher be looked for", async () => {
  const { found, asked } = await seen({ serves: answer(404, {}), launcher: { saved: "now" } });
  expect(asked).toBe(0);
  expect(found?.stale).toBeUndefined();
});

test("variables that it was given since must be known from its launcher, which alone has their hashes", async () => {
  const { found } = await seen({
    serves: answer(200, { files: {}, variables: ["KEY"] }),
    launcher: { saved: "now", environment: { KEY: "abc" } },
  });
  expect(found?.fingerprint).toMatchObject({ "environment.KEY": "abc" });
});

test("what answers on the port of a gateway that does not run must say nothing of it, and not be waited for", async () => {
  // Only its end, and no time, may let go of the question.
  vi.useFakeTimers({ toFake: ["setTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  let ask: () => void;
  const asked = new Promise<void>((resolve) => (ask = resolve));
  await using server = await startTcp(() => ask());
  const reload = { command: ["launch"], files: [], environment: [] };
  const stack = stackOf(service("litellm", { ports: [port(server.port)], reload }));
  const world = openTestWorld(stack);
  const { engine } = world;
  const observe: Engine["observe"] = async (...args) => {
    await asked;
    return engine.observe(...args);
  };
  const { services } = await observeStack(stack, {
    ...world,
    engine: Object.assign(Object.create(engine), { observe }),
  });
  expect(services).toEqual([]);
  await server.deserted();
});

test("who looks again and again must be told once of each life, and again once that is forgotten", async () => {
  let asked = 0;
  const server = await startHttp((_, response) => {
    asked += 1;
    response.end(JSON.stringify({ files: {}, variables: [] }));
  });
  onTestFinished(() => server[Symbol.asyncDispose]());
  const reload = { command: ["launch"], files: [], environment: [] };
  const stack = stackOf(service("litellm", { ports: [port(server.port)], reload }));
  const world = openTestWorld(stack, {});
  await world.up(stack);
  const context = { ...world, serving: new Map<string, Serving>() };
  const askedByLook = async (): Promise<number> => {
    const before = asked;
    await observeStack(stack, context);
    return asked - before;
  };
  expect([await askedByLook(), await askedByLook()]).toEqual([1, 0]);
  await world.up(stack, { restart: "hard" });
  expect([await askedByLook(), await askedByLook()]).toEqual([1, 0]);
  context.serving.clear();
  expect(await askedByLook()).toBe(1);
});
