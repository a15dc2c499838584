import { describe, expect, test } from "vitest";
import type { Operation } from "../../../src/model/plan.ts";
import type { ContainerSpec, ServiceSpec, StackSpec } from "../../../src/model/stack.ts";
import { collect } from "../../support/async.ts";
import type { SimulatedEngineOptions } from "../../support/simulated-engine/script.ts";
import { SimulatedEngine } from "../../support/simulated-engine/simulated-engine.ts";

const stack: StackSpec = {
  name: "goat",
  workingDir: "/p",
  configFiles: [],
  environmentFiles: [],
  services: [],
  networks: [],
  volumes: [],
};

const service = (docker: Partial<ContainerSpec> = {}): ServiceSpec => ({
  name: "web",
  role: "other",
  run: {
    docker: {
      image: "base:1",
      pullPolicy: "missing",
      mounts: [],
      networks: [],
      expose: [],
      labels: {},
      restart: { name: "no" },
      ...docker,
    },
  },
  environment: {},
  ports: [{ hostIp: "127.0.0.1", host: 4000, container: 80, protocol: "tcp" }],
  files: [],
  ready: { kind: "running", forMs: 0 },
  readyTimeoutMs: 1,
  stopSignal: null,
  stopGraceMs: null,
  dependsOn: [],
});

const limit = (): AbortSignal => AbortSignal.timeout(10_000);
const apply = (engine: SimulatedEngine, operation: Operation) =>
  engine.apply(operation, { signal: limit(), progress: () => undefined });

const started = async (options: SimulatedEngineOptions = {}, spec = service()) => {
  const engine = new SimulatedEngine({ images: { "base:1": "sha256:base" }, ...options });
  await apply(engine, { type: "create-container", stack, service: spec, container: "goat-web-1", fingerprint: {} });
  await apply(engine, { type: "start-container", container: "goat-web-1" });
  const look = async () => (await engine.observe({ stack: "goat", images: [] }, limit())).services[0];
  return { engine, look };
};

describe("a script", () => {
  test("must make a service healthy after so many observations", async () => {
    const { look } = await started({ services: { web: { health: { becomes: "healthy", afterObserves: 2 } } } });
    expect([(await look())?.health, (await look())?.health, (await look())?.health]).toEqual([
      "starting",
      "starting",
      "healthy",
    ]);
  });

  test("must end a service, out of memory if it says so", async () => {
    const exit = { code: 137, afterObserves: 1, outOfMemory: true };
    const { look } = await started({ services: { web: { exit } } });
    expect(await look()).toMatchObject({ state: "running" });
    expect(await look()).toMatchObject({ state: "exited", exitCode: 137, oomKilled: true });
  });

  test("must keep a service with a restart policy coming back, and count it", async () => {
    const exit = { code: 1 };
    const { look } = await started({ services: { web: { exit } } }, service({ restart: { name: "always" } }));
    expect(await look()).toMatchObject({ state: "restarting", restartCount: 1 });
    expect(await look()).toMatchObject({ state: "restarting", restartCount: 2 });
  });

  test("must be taken up at the next start", async () => {
    const { engine, look } = await started();
    engine.script("web", { stop: 0, log: ["second life"] });
    await apply(engine, { type: "stop-container", container: "goat-web-1", signal: null, graceMs: null });
    expect(await look()).toMatchObject({ exitCode: 143 });
    await apply(engine, { type: "start-container", container: "goat-web-1" });
    await apply(engine, { type: "stop-container", container: "goat-web-1", signal: null, graceMs: null });
    expect(await look()).toMatchObject({ exitCode: 0 });
  });
});

describe("a test", () => {
  test("must be able to end a service, print a line and set its health", async () => {
    const { engine, look } = await started();
    engine.print("goat-web-1", "oh no", "stderr");
    engine.setHealth("goat-web-1", "unhealthy");
    expect(await look()).toMatchObject({ health: "unhealthy" });
    engine.exit("goat-web-1", 3);
    expect(await look()).toMatchObject({ state: "exited", exitCode: 3 });
    const containers = [{ service: "web", container: "goat-web-1" }];
    const lines = await collect(engine.logs({ containers, follow: true, tail: 1, since: null, signal: limit() }));
    expect(lines).toMatchObject([{ service: "web", stream: "stderr", line: "oh no" }]);
  });

  test("must be able to fail an operation, which then did not happen", async () => {
    const { engine, look } = await started({
      beforeApply: (operation) => {
        if (operation.type === "stop-container") throw new Error("injected");
      },
    });
    const stop: Operation = { type: "stop-container", container: "goat-web-1", signal: null, graceMs: null };
    await expect(apply(engine, stop)).rejects.toThrow("injected");
    expect(await look()).toMatchObject({ state: "running" });
    expect(engine.applied.map(({ type }) => type)).toEqual(["create-container", "start-container"]);
  });

  test("must be able to take a port, fill a registry and know who holds what", async () => {
    await expect(started({ takenPorts: [4000] })).rejects.toMatchObject({ code: "port-taken" });
    const { engine } = await started({ registry: { "new:1": "sha256:new" } });
    await apply(engine, { type: "pull-image", image: "new:1" });
    expect(await engine.observe({ stack: "x", images: ["new:1"] }, limit())).toMatchObject({
      images: { "new:1": "sha256:new" },
    });
    expect(await engine.portHolder(4000, limit())).toBe("container goat-web-1 of goat");
  });
});
