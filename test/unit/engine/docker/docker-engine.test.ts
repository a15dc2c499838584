import { describe, expect, test } from "vitest";
import { collect } from "../../../support/async.ts";
import { container, containerSpec, create, limit, openDocker, refuse, service } from "../../../support/docker-scene.ts";

describe("exec", () => {
  test("must be cut at 64 KiB", async () => {
    const { engine, apply, networks } = await openDocker();
    await networks("default", "public");
    await apply(create);
    await apply({ type: "start-container", container });
    const { output } = await engine.exec(container, ["sh", "-c", `echo ${"x".repeat(70_000)}`], limit());
    expect(output).toBe("x".repeat(64 * 1024));
  });

  test("must tell a command that the engine cannot start by its exit code", async () => {
    const { docker, engine, apply, networks } = await openDocker();
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

test("what Podman refuses must be mended by its own command line", async () => {
  const { docker, apply } = await openDocker();
  docker.intercept = ({ method, url }, response) => {
    if (url.pathname === "/_ping") response.writeHead(200, { server: "Libpod/4.3.1 (linux)" }).end("OK");
    else if (method === "POST") response.writeHead(500).end('{"message":"no space left on device"}');
    else return false;
    return true;
  };
  await expect(apply(create)).rejects.toMatchObject({
    code: "disk-full",
    fixes: [{ command: "podman image prune" }, { command: "podman system df" }],
  });
});

describe("streams", () => {
  test("must end quietly where the engine was never reached before the signal fired", async () => {
    const { engine } = await openDocker();
    const signal = AbortSignal.abort();
    const containers = [{ service: "web", container }];
    expect(await collect(engine.changes("goat", { signal }))).toEqual([]);
    expect(await collect(engine.logs({ containers, follow: true, tail: null, since: null, signal }))).toEqual([]);
  });

  test("must be let go when their reader stops reading", async () => {
    const { docker, engine, apply, networks } = await openDocker();
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
    const { engine, apply, networks } = await openDocker();
    await networks("default", "public");
    await apply({ ...create, service: { ...service, run: { docker: { ...containerSpec(), tty: true } } } });
    await apply({ type: "start-container", container });
    const containers = [{ service: "web", container }];
    const lines = await collect(engine.logs({ containers, follow: false, tail: null, since: null, signal: limit() }));
    expect(lines).toEqual([{ service: "web", stream: "stdout", at: expect.any(String), line: "on" }]);
  });

  test("must report an engine that goes away", async () => {
    const { docker, engine } = await openDocker();
    const watching = collect(
      engine.changes("goat", { signal: limit(), ready: () => void docker[Symbol.asyncDispose]() }),
    );
    await expect(watching).rejects.toMatchObject({ code: "engine-unreachable" });
  });
});

test("sizes that the engine does not know must be null", async () => {
  const { docker, engine } = await openDocker();
  docker.intercept = ({ url }, response) => {
    if (url.pathname !== "/system/df") return false;
    response
      .writeHead(200)
      .end('{"Volumes":[{"Name":"a","UsageData":{"Size":12}},{"Name":"b","UsageData":{"Size":-1}},{"Name":"c"}]}');
    return true;
  };
  expect(await engine.volumeSizes(["a", "b", "c", "d"], limit())).toEqual({ a: 12, b: null, c: null, d: null });
});

test.each([
  [400, "invalid reference format: repository name must be lowercase"],
  [404, "no such image: Base:1: invalid reference format"],
])("an image's name that the engine takes for none (%d) must be an image that is absent", async (status, message) => {
  const { docker, engine } = await openDocker();
  refuse(docker, "GET", /^\/images\//, status, message);
  const { images } = await engine.observe({ stack: "goat", images: ["Base:1"] }, limit());
  expect(images).toEqual({ "Base:1": null });
});

test("a refusal to look at an image must name the image, not the stack's containers", async () => {
  const { docker, engine } = await openDocker();
  refuse(docker, "GET", /^\/images\//, 500, "normalizing image: repository name must be lowercase");
  await expect(engine.observe({ stack: "goat", images: ["Base:1"] }, limit())).rejects.toMatchObject({
    code: "engine-refused",
    message: "cannot inspect the image Base:1: normalizing image: repository name must be lowercase",
  });
});

test("an image's name must be asked for as it is, whatever is in it", async () => {
  const { docker, engine } = await openDocker();
  docker.state.images.set("shop/a b?c:1", { id: "sha256:odd" });
  const { images } = await engine.observe({ stack: "goat", images: ["shop/a b?c:1"] }, limit());
  expect(images).toEqual({ "shop/a b?c:1": "sha256:odd" });
});

test("a stopped container whose network was removed must not be taken for joined to another of that name", async () => {
  const { engine, apply, networks } = await openDocker();
  const joined = async () => (await engine.observe({ stack: "goat", images: [] }, limit())).services[0]?.networks;
  await networks("default", "public");
  await apply(create);
  await apply({ type: "start-container", container });
  expect(await joined()).toEqual(["goat_default", "goat_public"]);
  await apply({ type: "stop-container", container, signal: null, graceMs: null });
  await apply({ type: "remove-network", network: "goat_public" });
  expect(await joined()).toEqual(["goat_default"]);
  await networks("public");
  expect(await joined()).toEqual(["goat_default"]);
  await expect(apply({ type: "start-container", container })).rejects.toMatchObject({ code: "engine-refused" });
});

test.each([
  ["nothing", 200, ""],
  ["a table without sizes", 200, '{"Titles":["PID"],"Processes":[["1"]]}'],
  ["something else", 200, '{"Titles":{},"Processes":7}'],
  ["that it has no ps", 500, '{"message":"ps: executable file not found"}'],
])(
  "a container of which the engine's top says %s must go without memory, and the others keep theirs",
  async (_what, status, text) => {
    const { docker, engine, apply, networks } = await openDocker();
    await networks("default", "public");
    for (const name of ["goat-a-1", "goat-b-1"]) {
      await apply({ ...create, container: name });
      await apply({ type: "start-container", container: name });
    }
    docker.intercept = ({ url }, response) => {
      if (url.pathname !== "/containers/goat-a-1/top") return false;
      response.writeHead(status).end(text);
      return true;
    };
    expect(await engine.memory(["goat-a-1", "goat-b-1"], limit())).toEqual({ "goat-b-1": 1024 * 1024 });
  },
);

test("Podman must be asked for memory in words that need no ps in the container", async () => {
  const { docker, engine } = await openDocker();
  docker.intercept = ({ url }, response) => {
    if (url.pathname === "/_ping") response.writeHead(200, { server: "Libpod/4.3.1 (linux)" }).end("OK");
    else if (url.searchParams.get("ps_args") === "pid,rss")
      response.writeHead(200).end('{"Titles":["PID","RSS"],"Processes":[["1","1000"],["2","24"]]}');
    else response.writeHead(500).end('{"message":"ps: executable file not found"}');
    return true;
  };
  expect(await engine.memory(["goat-a-1"], limit())).toEqual({ "goat-a-1": 1024 * 1024 });
});

test("a version that the engine cannot tell must not keep it from being used", async () => {
  const { docker, engine } = await openDocker();
  docker.intercept = ({ url }, response) => {
    if (url.pathname !== "/version") return false;
    response.writeHead(200).end();
    return true;
  };
  expect(await engine.probe(limit())).toMatchObject({ kind: "docker", version: "unknown" });
});

test("a port's holder must be found among containers that publish none and have no labels", async () => {
  const { docker, engine } = await openDocker();
  docker.intercept = ({ url }, response) => {
    if (url.pathname !== "/containers/json") return false;
    const holder = { Id: "0123456789abcdef", Names: null, Labels: null, Ports: [{ PublicPort: 80, Type: "tcp" }] };
    response.writeHead(200).end(JSON.stringify([{ Id: "c", Names: ["/pg"], Labels: {}, Ports: null }, holder]));
    return true;
  };
  expect(await engine.portHolder(80, limit())).toBe("container 0123456789ab");
});

test("a container without a project must be named as a port's holder as well", async () => {
  const { docker, engine } = await openDocker();
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
