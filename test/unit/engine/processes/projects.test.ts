import { once } from "node:events";
import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import type { Engine } from "../../../../src/engine/engine.ts";
import type { StackSpec } from "../../../../src/model/stack.ts";
import { isRunning } from "../../../../src/platform/process-identity.ts";
import { io, limitMs, newStack, toService } from "../../../contract/rig.ts";
import { collect } from "../../../support/async.ts";
import { embeddedIn, embeddedScene, machineOf, processOf } from "../../../support/embedded.ts";
import { freePorts } from "../../../support/ports.ts";
import { tempFolder } from "../../../support/temp.ts";

const stay = "exec sleep 1000";
const signal = (): AbortSignal => AbortSignal.timeout(limitMs);

const onPort = (host: number) => ({
  ports: [{ hostIp: "127.0.0.1", host, container: 80, protocol: "tcp" as const }],
});

const observe = (engine: Engine, stack: StackSpec) => engine.observe({ stack: stack.name, images: [] }, signal());

const linesOf = async (engine: Engine, container: string): Promise<string[]> => {
  const containers = [{ service: "web", container }];
  const lines = await collect(engine.logs({ containers, follow: false, tail: null, since: null, signal: signal() }));
  return lines.map(({ line }) => line);
};

describe("two projects", () => {
  test("of one name must not see or stop each other's services", async () => {
    const first = await embeddedScene();
    const container = await first.run(first.service("web", stay));
    const main = await processOf(first, "web");
    const second = embeddedIn(tempFolder());
    expect((await observe(second, first.stack)).services).toEqual([]);
    const progress = (): void => undefined;
    await second.apply({ type: "stop-container", container, signal: null, graceMs: 0 }, { signal: signal(), progress });
    expect(await isRunning(main)).toBe(true);
  });

  test("on one port: the second must be told that it is taken", async () => {
    const [port = 0] = await freePorts(1);
    const holder = createServer().listen(port, "127.0.0.1");
    onTestFinished(() => void holder.close());
    await once(holder, "listening");
    const scene = await embeddedScene();
    const container = await scene.create(scene.service("web", stay, onPort(port)));
    await expect(scene.start(container)).rejects.toMatchObject({ code: "port-taken", exitCode: 4 });
    expect(await scene.observe("web")).toMatchObject({
      state: "created",
      startError: expect.stringContaining(`${port}`),
    });
  });

  test("of which one is a copy must not share processes", async () => {
    const folder = tempFolder();
    mkdirSync(join(folder, "first"));
    const scene = await embeddedScene(join(folder, "first"));
    await scene.run(scene.service("web", stay));
    cpSync(join(folder, "first"), join(folder, "second"), { recursive: true });
    expect((await observe(embeddedIn(join(folder, "second")), scene.stack)).services).toEqual([]);
  });
});

describe("a new project", () => {
  test("must take its first steps all at once", async () => {
    const engine = embeddedIn(tempFolder());
    const stack = newStack();
    const steps = [
      ...stack.networks.map((network) => ({ type: "create-network" as const, stack, network, fingerprint: "n" })),
      ...stack.volumes.map((volume) => ({ type: "create-volume" as const, stack, volume })),
    ];
    await Promise.all(steps.map((step) => engine.apply(step, io())));
    const { networks, volumes } = await observe(engine, stack);
    expect([networks.length, volumes.length]).toEqual([2, 1]);
  });
});

describe("a project whose services and data were all removed", () => {
  test("must leave nothing outside of its folder, and begin anew there when it is needed", async () => {
    const folder = tempFolder();
    const root = { machine: { ...machineOf(folder), uid: 0 } };
    const scene = await embeddedScene(folder, embeddedIn(folder, root));
    const { stack } = scene;
    const [volume] = stack.volumes;
    if (volume === undefined) throw new Error("the scene lacks a volume");
    const mounts = [{ kind: "volume" as const, volume: "data", target: "/data", readOnly: false }];
    const web = scene.service("web", stay, { docker: { mounts } });
    for (const _ of [1, 2]) {
      await scene.apply({ type: "create-volume", stack, volume });
      const container = await scene.run(web);
      expect(readdirSync(join(folder, "system"))).toHaveLength(1);
      await scene.remove(container);
      expect(readdirSync(join(folder, "system"))).toHaveLength(1);
      await scene.apply({ type: "remove-volume", volume: volume.name });
      expect(readdirSync(join(folder, "system"))).toEqual([]);
    }
  });
});

describe("what was made from a folder", () => {
  const inFolder = (folder: string) => ({
    ...newStack(),
    workingDir: join(folder, "dev"),
    configFiles: [join(folder, "dev", "docker-compose.yml")],
  });
  const originIn = (folder: string) => ({
    folder: join(folder, "dev"),
    file: join(folder, "dev", "docker-compose.yml"),
  });
  const makeVolume = async (engine: Engine, stack: StackSpec): Promise<void> => {
    const [volume] = stack.volumes;
    if (volume === undefined) throw new Error("the stack lacks a volume");
    await engine.apply({ type: "create-volume", stack, volume }, io());
  };

  test("must move with it", async () => {
    const folder = tempFolder();
    const [old, next] = [join(folder, "old"), join(folder, "new é")];
    mkdirSync(old);
    const stack = inFolder(old);
    await makeVolume(embeddedIn(old), stack);
    renameSync(old, next);
    expect((await observe(embeddedIn(next), stack)).volumes).toMatchObject([{ origin: originIn(next) }]);
  });

  test("must be told from what another folder made that shares the state", async () => {
    const folder = tempFolder();
    const [first, second] = [join(folder, "first"), join(folder, "second")];
    for (const path of [join(first, ".goat-dev"), second]) mkdirSync(path, { recursive: true });
    symlinkSync(join(first, ".goat-dev"), join(second, ".goat-dev"));
    const stack = inFolder(second);
    await makeVolume(embeddedIn(second), stack);
    expect((await observe(embeddedIn(first), stack)).volumes).toMatchObject([{ origin: originIn(second) }]);
  });

  test("must be nobody's where an earlier version wrote no folder down", async () => {
    const folder = tempFolder();
    const stack = inFolder(folder);
    await makeVolume(embeddedIn(folder), stack);
    const [path = ""] = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
      name.endsWith("data.json"),
    );
    const { origin: _, ...record } = JSON.parse(readFileSync(join(folder, path), "utf8"));
    writeFileSync(join(folder, path), JSON.stringify(record));
    expect((await observe(embeddedIn(folder), stack)).volumes).toMatchObject([{ origin: null }]);
  });
});

describe("a project that has moved", () => {
  test("must keep its running services, their logs, their data and their own paths", async () => {
    const folder = tempFolder();
    const [old, next] = [join(folder, "old"), join(folder, "new é")];
    mkdirSync(join(old, "src"), { recursive: true });
    const data = { systemData: join(folder, "system") };
    const before = await embeddedScene(old, embeddedIn(old, data));
    const mounts = [
      { kind: "bind" as const, source: join(old, "src"), target: "/src", readOnly: true, createHostPath: false },
      { kind: "volume" as const, volume: "data", target: "/data", readOnly: false },
    ];
    const script = "echo on; echo kept >> /data/note; exec sleep 1000";
    const container = await before.run(before.service("web", script, { docker: { mounts } }));
    const main = await processOf(before, "web");
    await vi.waitFor(async () => expect(await linesOf(before.engine, container)).toEqual(["on"]), limitMs);
    renameSync(old, next);
    const after = embeddedIn(next, data);
    expect((await observe(after, before.stack)).services).toMatchObject([{ state: "running", pid: main.pid }]);
    const progress = (): void => undefined;
    await after.apply(
      { type: "stop-container", container, signal: null, graceMs: null },
      { signal: signal(), progress },
    );
    expect(await isRunning(main)).toBe(false);
    await after.apply({ type: "start-container", container }, { signal: signal(), progress });
    onTestFinished(async () => {
      await after.apply(
        { type: "remove-container", container, anonymousVolumes: true },
        { signal: signal(), progress },
      );
    });
    await vi.waitFor(async () => expect(await linesOf(after, container)).toEqual(["on", "on"]), limitMs);
    const read = ["sh", "-c", "cat /data/note; echo /src"];
    await vi.waitFor(async () => {
      const { output } = await after.exec(container, read, signal());
      expect(output).toBe(`kept\nkept\n${join(next, "src")}\n`);
    }, limitMs);
  });
});

describe("a service in a stack", () => {
  test("must find the others where this machine has them, also in what is run beside it", async () => {
    const scene = await embeddedScene();
    const { stack } = scene;
    const [web, own] = await freePorts(2);
    const other = toService("command (local)", "postgres", stay, onPort(web ?? 0));
    const exposed = toService("command (local)", "cache", stay, { docker: { expose: ["6379"] } });
    const environment = { DATABASE_URL: "postgresql://u:p@postgres:80/x", CACHE: "cache:6379" };
    const service = toService("command (local)", "web", "echo $DATABASE_URL $CACHE; exec sleep 1000", {
      environment,
      ...onPort(own ?? 0),
    });
    const container = `${stack.name}-web-1`;
    const operation = { type: "create-container", service, container, fingerprint: {} } as const;
    await scene.apply({ ...operation, stack: { ...stack, services: [other, exposed, service] } });
    await scene.start(container);
    const printed = `postgresql://u:p@127.0.0.1:${web}/x 127.0.0.1:6379`;
    await vi.waitFor(async () => expect(await linesOf(scene.engine, container)).toEqual([printed]), limitMs);
    const asked = ["echo", "http://localhost:80/health", "http://postgres:80"];
    expect(await scene.engine.exec(container, asked, signal())).toEqual({
      exitCode: 0,
      output: `http://localhost:80/health http://127.0.0.1:${web}\n`.replace("localhost:80", `127.0.0.1:${own}`),
    });
  });
});
