import { expect, onTestFinished } from "vitest";
import { createDockerEngine } from "../../src/engine/docker/docker-engine.ts";
import type { Operation } from "../../src/model/plan.ts";
import type { ContainerSpec, NetworkSpec, ServiceSpec, StackSpec } from "../../src/model/stack.ts";
import { type FakeDocker, startFakeDocker } from "./fake-docker.ts";

export const limit = (): AbortSignal => AbortSignal.timeout(10_000);

export const network = (key: string): NetworkSpec => ({
  key,
  name: `goat_${key}`,
  external: false,
  driverOptions: {},
  internal: false,
  attachable: false,
  enableIpv6: false,
  labels: {},
});

export const stack: StackSpec = {
  name: "goat",
  workingDir: "/p",
  configFiles: ["/p/docker-compose.yml"],
  environmentFiles: [],
  services: [],
  networks: [network("default"), network("public")],
  volumes: [],
};

export const service: ServiceSpec = {
  name: "web",
  role: "other",
  run: {
    docker: {
      image: "base:1",
      pullPolicy: "missing",
      command: ["sh", "-c", "echo on; sleep 1000"],
      mounts: [],
      networks: [
        { network: "default", aliases: [] },
        { network: "public", aliases: [] },
      ],
      expose: [],
      labels: {},
      restart: { name: "no" },
    },
  },
  environment: { API_KEY: "s3cret-value" },
  ports: [],
  files: [],
  ready: { kind: "running", forMs: 0 },
  readyTimeoutMs: 1,
  stopSignal: null,
  stopGraceMs: null,
  dependsOn: [],
};

export const container = "goat-web-1";
export const create: Extract<Operation, { type: "create-container" }> = {
  type: "create-container",
  stack,
  service,
  container,
  fingerprint: { image: "1" },
};

export const containerSpec = (): ContainerSpec => service.run.docker ?? expect.fail("the service has no container");

/** A Docker engine over a fake socket, with the image base:1. */
export const openDocker = async () => {
  const docker = await startFakeDocker();
  docker.state.images.set("base:1", { id: "sha256:base" });
  const engine = createDockerEngine({ dockerHost: docker.host, env: {}, home: "/nonexistent" });
  onTestFinished(async () => {
    await engine[Symbol.asyncDispose]();
    await docker[Symbol.asyncDispose]();
  });
  const apply = (operation: Operation) => engine.apply(operation, { signal: limit(), progress: () => undefined });
  const networks = async (...keys: readonly string[]) => {
    for (const key of keys) await apply({ type: "create-network", stack, network: network(key), fingerprint: "n" });
  };
  return { docker, engine, apply, networks };
};

/** Answers the requests of one method and path with an error. */
export const refuse = (docker: FakeDocker, method: string, path: RegExp, status: number, message = "no"): void => {
  docker.intercept = (seen, response) => {
    if (seen.method !== method || !path.test(seen.url.pathname)) return false;
    response.writeHead(status).end(JSON.stringify({ message }));
    return true;
  };
};
