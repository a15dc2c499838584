import { describe, expect, onTestFinished, test } from "vitest";
import { createDockerEngine } from "../../../../src/engine/docker/docker-engine.ts";
import type { Operation } from "../../../../src/model/plan.ts";
import type { NetworkSpec, ServiceSpec, StackSpec } from "../../../../src/model/stack.ts";
import { collect } from "../../../support/async.ts";
import { type FakeDocker, startFakeDocker } from "../../../support/fake-docker.ts";

const limit = (): AbortSignal => AbortSignal.timeout(10_000);

const network = (key: string): NetworkSpec => ({
  key,
  name: `goat_${key}`,
  external: false,
  driverOptions: {},
  internal: false,
  attachable: false,
  enableIpv6: false,
  labels: {},
});

const stack: StackSpec = {
  name: "goat",
  workingDir: "/p",
  configFiles: ["/p/docker-compose.yml"],
  environmentFiles: [],
  services: [],
  networks: [network("default"), network("public")],
  volumes: [],
};

const service: ServiceSpec = {
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

const container = "goat-web-1";
const create: Operation = { type: "create-container", stack, service, container, fingerprint: { image: "1" } };

const open = async () => {
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
const refuse = (docker: FakeDocker, method: string, path: RegExp, status: number, message = "no"): void => {
  docker.intercept = (seen, response) => {
    if (seen.method !== method || !path.test(seen.url.pathname)) return false;
    response.writeHead(status).end(JSON.stringify({ message }));
    return true;
  };
};

describe("creating a container", () => {
  test("must not put the environment into a URL", async () => {
    const { docker, apply, networks } = await open();
    await networks("default", "public");
    await apply(create);
    const made = docker.requests.find(({ url }) => url.pathname === "/containers/create");
    expect(made?.body).toMatchObject({ Env: ["API_KEY=s3cret-value"] });
    expect(docker.requests.map(({ url }) => url.href).join("\n")).not.toContain("s3cret");
  });

  test("must leave none behind where a further network cannot be joined", async () => {
    const { docker, apply, networks } = await open();
    await networks("default");
    await expect(apply(create)).rejects.toMatchObject({
      code: "engine-refused",
      service: "web",
      message: expect.stringContaining("goat_public not found"),
    });
    expect(docker.state.containers).toEqual([]);
  });

  test("must hand on anonymous volumes by their engine's name, and remove them with the last of their containers", async () => {
    const { docker, apply, networks } = await open();
    await networks("default", "public");
    const withVolume = { ...service, run: { docker: { ...recipe(), mounts: [anonymous] } } };
    await apply({ ...create, service: withVolume });
    const [old] = docker.state.containers;
    await apply({ ...create, service: withVolume, container: "goat-web-1-next", replaces: container });
    await apply({ type: "remove-container", container, anonymousVolumes: true });
    const [next] = docker.state.containers;
    expect(next?.mounts[0]?.Name).toBe(old?.mounts[0]?.Name);
    expect(docker.state.volumes.size).toBe(1);
    await apply({ type: "remove-container", container: "goat-web-1-next", anonymousVolumes: true });
    expect(docker.state.volumes.size).toBe(0);
  });
});

const recipe = () => service.run.docker ?? expect.fail("the service has a recipe");
const anonymous = { kind: "anonymous" as const, target: "/scratch", readOnly: false };

describe("a race with the engine", () => {
  test("a container that vanishes while it is observed must not be there", async () => {
    const { docker, engine, apply, networks } = await open();
    await networks("default", "public");
    await apply(create);
    refuse(docker, "GET", /^\/containers\/[0-9a-f]+\/json$/, 404, "No such container");
    expect(await engine.observe({ stack: "goat", images: [] }, limit())).toMatchObject({ services: [] });
  });

  test("a removal that is under way must be waited for", async () => {
    const { docker, apply } = await open();
    docker.intercept = ({ method, url }, response) => {
      if (method === "DELETE")
        response.writeHead(409).end('{"message":"removal of container x is already in progress"}');
      else if (url.pathname.endsWith("/wait")) response.writeHead(200).end('{"StatusCode":0}');
      else return false;
      return true;
    };
    await apply({ type: "remove-container", container, anonymousVolumes: false });
    expect(docker.requests.at(-1)?.url.href).toContain("condition=removed");
  });
});

describe("a network", () => {
  test("of the same name that another stack made must be refused, not used", async () => {
    const { docker, networks } = await open();
    docker.state.networks.set("goat_default", { id: "n", labels: { "com.docker.compose.project": "other" } });
    await expect(networks("default")).rejects.toMatchObject({
      code: "engine-refused",
      fixes: [expect.objectContaining({ command: "docker network rm goat_default" })],
    });
  });

  test("that is external must be neither made nor asked about", async () => {
    const { docker, apply } = await open();
    await apply({
      type: "create-network",
      stack,
      network: { ...network("default"), external: true },
      fingerprint: "n",
    });
    expect(docker.state.networks.size).toBe(0);
  });
});

describe("exec", () => {
  test("must be cut at 64 KiB", async () => {
    const { engine, apply, networks } = await open();
    await networks("default", "public");
    await apply(create);
    await apply({ type: "start-container", container });
    const { output } = await engine.exec(container, ["sh", "-c", `echo ${"x".repeat(70_000)}`], limit());
    expect(output).toBe("x".repeat(64 * 1024));
  });

  test("must tell a command that the engine cannot start by its exit code", async () => {
    const { docker, engine, apply, networks } = await open();
    await networks("default", "public");
    await apply(create);
    await apply({ type: "start-container", container });
    docker.intercept = ({ method, url }, response) => {
      if (method === "POST" && url.pathname.endsWith("/start"))
        response.writeHead(400).end('{"message":"nope: not found"}');
      else if (url.pathname.startsWith("/exec/")) response.writeHead(200).end('{"Running":false,"ExitCode":127}');
      else return false;
      return true;
    };
    expect(await engine.exec(container, ["nope"], limit())).toEqual({ exitCode: 127, output: "nope: not found" });
  });
});

describe("streams", () => {
  test("must end quietly where the engine was never reached before the signal fired", async () => {
    const { engine } = await open();
    const signal = AbortSignal.abort();
    const containers = [{ service: "web", container }];
    expect(await collect(engine.changes("goat", { signal }))).toEqual([]);
    expect(await collect(engine.logs({ containers, follow: true, tail: null, since: null, signal }))).toEqual([]);
  });

  test("must be let go when their reader stops reading", async () => {
    const { docker, engine, apply, networks } = await open();
    await networks("default", "public");
    await apply(create);
    await apply({ type: "start-container", container });
    const containers = [{ service: "web", container }];
    for await (const { line } of engine.logs({ containers, follow: true, tail: null, since: null, signal: limit() })) {
      expect(line).toBe("on");
      break;
    }
    const listening = () => docker.state.emitter.eventNames().filter((name) => String(name).startsWith("log "));
    await expect.poll(listening).toEqual([]);
  });

  test("of a terminal must be read as they are", async () => {
    const { engine, apply, networks } = await open();
    await networks("default", "public");
    await apply({ ...create, service: { ...service, run: { docker: { ...recipe(), tty: true } } } });
    await apply({ type: "start-container", container });
    const containers = [{ service: "web", container }];
    const lines = await collect(engine.logs({ containers, follow: false, tail: null, since: null, signal: limit() }));
    expect(lines).toEqual([{ service: "web", stream: "stdout", at: expect.any(String), line: "on" }]);
  });

  test("must report an engine that goes away", async () => {
    const { docker, engine } = await open();
    const watching = collect(
      engine.changes("goat", { signal: limit(), ready: () => void docker[Symbol.asyncDispose]() }),
    );
    await expect(watching).rejects.toMatchObject({ code: "engine-unreachable" });
  });
});

test("sizes that the engine does not know must be null", async () => {
  const { docker, engine } = await open();
  docker.intercept = ({ url }, response) => {
    if (url.pathname !== "/system/df") return false;
    response
      .writeHead(200)
      .end('{"Volumes":[{"Name":"a","UsageData":{"Size":12}},{"Name":"b","UsageData":{"Size":-1}},{"Name":"c"}]}');
    return true;
  };
  expect(await engine.volumeSizes(["a", "b", "c", "d"], limit())).toEqual({ a: 12, b: null, c: null, d: null });
});

test("a container without a project must be named as a port's holder as well", async () => {
  const { docker, engine } = await open();
  docker.intercept = ({ url }, response) => {
    if (url.pathname !== "/containers/json") return false;
    const ports = [
      { PrivatePort: 80, PublicPort: 5432, Type: "udp" },
      { PrivatePort: 80, PublicPort: 5433, Type: "tcp" },
    ];
    response.writeHead(200).end(JSON.stringify([{ Id: "c", Names: ["/pg"], Labels: {}, Ports: ports }]));
    return true;
  };
  expect(await engine.portHolder(5433, limit())).toBe("container pg");
  expect(await engine.portHolder(5432, limit())).toBeNull();
});
