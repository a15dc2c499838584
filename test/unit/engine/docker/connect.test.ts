import { linkSync, mkdirSync, symlinkSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { connect, unreachable } from "../../../../src/engine/docker/connect.ts";
import { createDockerEngine } from "../../../../src/engine/docker/docker-engine.ts";
import { wellKnownSocket } from "../../../../src/engine/docker/endpoint.ts";
import type { Engine } from "../../../../src/engine/engine.ts";
import { startFakeDocker } from "../../../support/fake-docker.ts";
import { tempFolder } from "../../../support/temp.ts";

const open = (options: Parameters<typeof createDockerEngine>[0]): Engine => {
  const engine = createDockerEngine(options);
  onTestFinished(() => engine[Symbol.asyncDispose]());
  return engine;
};

const fake = async () => {
  const docker = await startFakeDocker();
  onTestFinished(() => docker[Symbol.asyncDispose]());
  return docker;
};

const signal = (): AbortSignal => AbortSignal.timeout(10_000);

/** A socket file that nobody listens on any more. */
const deadSocket = async (): Promise<string> => {
  const path = join(tempFolder(), "dead.sock");
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(path, resolve));
  linkSync(path, `${path}.left`);
  await new Promise((resolve) => server.close(resolve));
  return `${path}.left`;
};

describe("connecting", () => {
  test("must tell the version, the endpoint and where the choice came from", async () => {
    const { host } = await fake();
    const engine = open({ env: { DOCKER_HOST: host }, home: "/nonexistent" });
    expect(await engine.probe(signal())).toEqual({
      kind: "docker",
      version: "20.10.24",
      endpoint: host,
      source: "DOCKER_HOST",
    });
  });

  test("must not be led astray by this process's own DOCKER_HOST", async () => {
    const { host } = await fake();
    vi.stubEnv("DOCKER_HOST", "tcp://127.0.0.1:1");
    onTestFinished(() => void vi.unstubAllEnvs());
    const engine = open({ dockerHost: host, env: {}, home: "/nonexistent" });
    expect(await engine.probe(signal())).toMatchObject({ endpoint: host });
  });

  test("must say of an absent socket that there is none, and what starts Docker", async () => {
    const engine = open({ dockerHost: `unix://${tempFolder()}/none.sock`, env: {}, home: "/nonexistent" });
    await expect(engine.probe(signal())).rejects.toMatchObject({
      code: "engine-unreachable",
      exitCode: 3,
      message: expect.stringContaining("no such socket"),
      fixes: expect.arrayContaining([expect.objectContaining({ command: "sudo systemctl start docker" })]),
    });
  });

  test("must say of a dead socket that nothing listens there", async () => {
    const engine = open({ dockerHost: `unix://${await deadSocket()}`, env: {}, home: "/nonexistent" });
    await expect(engine.probe(signal())).rejects.toMatchObject({ message: expect.stringContaining("not running") });
  });

  test("must not fall back from an explicit choice to another engine", async () => {
    const { host } = await fake();
    const home = tempFolder();
    mkdirSync(join(home, ".docker/run"), { recursive: true });
    symlinkSync(host.slice("unix://".length), join(home, ".docker/run/docker.sock"));
    const engine = open({ env: { DOCKER_HOST: `unix://${home}/none.sock` }, home });
    await expect(engine.probe(signal())).rejects.toMatchObject({
      evidence: [expect.stringContaining("DOCKER_HOST")],
      fixes: expect.arrayContaining([expect.objectContaining({ command: "unset DOCKER_HOST" })]),
    });
  });

  test("must find the engine once it has been started, after a first failure", async () => {
    const docker = await fake();
    docker.intercept = ({ url }, response) => {
      if (url.pathname !== "/_ping") return false;
      response.writeHead(503).end('{"message":"starting up"}');
      return true;
    };
    const engine = open({ dockerHost: docker.host, env: {}, home: "/nonexistent" });
    await expect(engine.probe(signal())).rejects.toMatchObject({ message: expect.stringContaining("starting up") });
    docker.intercept = null;
    expect(await engine.probe(signal())).toMatchObject({ kind: "docker" });
  });

  test.each([
    ["Docker/28.1.0+dfsg1 (linux)", "28.1.0+dfsg1", undefined],
    ["Libpod/5.2.1 (linux)", "5.2.1", "Podman"],
    ["nginx", "20.10.24", undefined],
  ])("must know its name and version where a ping is answered by %s", async (server, version, product) => {
    const docker = await fake();
    docker.intercept = ({ url }, response) => {
      if (url.pathname !== "/_ping") return false;
      response.writeHead(200, { server }).end("OK");
      return true;
    };
    const info = await open({ dockerHost: docker.host, env: {}, home: "/nonexistent" }).probe(signal());
    expect([info.version, info.product]).toEqual([version, product]);
  });

  test.each([
    ["<h1>Hello</h1>", {}, /no Docker engine/, "sudo systemctl start docker"],
    ["OK", { "api-version": "1.20" }, /its API is 1\.20, and 1\.40 is needed/, "docker version"],
  ])("must take no program for an engine that speaks otherwise: %s %j", async (body, headers, said, command) => {
    const docker = await fake();
    docker.intercept = ({ url }, response) => {
      if (url.pathname !== "/_ping") return false;
      response.writeHead(200, headers).end(body);
      return true;
    };
    const engine = open({ dockerHost: docker.host, env: {}, home: "/nonexistent" });
    await expect(engine.probe(signal())).rejects.toMatchObject({
      code: "engine-unreachable",
      message: expect.stringMatching(said),
      fixes: expect.arrayContaining([expect.objectContaining({ command })]),
    });
  });

  test("must end at once when its signal fires", async () => {
    const docker = await fake();
    const stop = new AbortController();
    docker.intercept = () => {
      stop.abort();
      return true;
    };
    const engine = open({ dockerHost: docker.host, env: {}, home: "/nonexistent" });
    await expect(engine.probe(stop.signal)).rejects.toMatchObject({ name: "AbortError" });
  });
});

describe("when no engine answers", () => {
  test("every place that was tried must be listed with its reason", () => {
    const candidates = [
      wellKnownSocket("/var/run/docker.sock", "Docker"),
      wellKnownSocket("/h/.rd/docker.sock", "Rancher Desktop"),
    ];
    expect(unreachable(candidates, ["no such socket", "nothing listens there: not running"])).toMatchObject({
      code: "engine-unreachable",
      message: "no Docker engine answers at /h/.rd/docker.sock (Rancher Desktop): nothing listens there: not running",
      evidence: [
        "/var/run/docker.sock (Docker): no such socket",
        "/h/.rd/docker.sock (Rancher Desktop): nothing listens there: not running",
      ],
    });
  });

  test("places without any socket must be counted", () => {
    const candidates = ["/a.sock", "/b.sock"].map((path) => wellKnownSocket(path, "Docker"));
    expect(unreachable(candidates, ["no such socket", "no such socket"]).message).toBe(
      "no Docker engine answers; tried 2 places",
    );
  });

  test("a machine without any program of an engine must not be told to start one", async () => {
    const candidates = [wellKnownSocket("/nowhere/docker.sock", "Docker")];
    const connecting = (isThere: boolean) =>
      connect(candidates, AbortSignal.timeout(10_000), { isInstalled: () => isThere });
    await expect(connecting(false)).rejects.toMatchObject({
      code: "engine-unreachable",
      message: "Docker is not installed: no engine answers, and no Docker, Podman or Colima is on the PATH",
      fixes: [{ command: "docker version" }],
    });
    await expect(connecting(true)).rejects.toMatchObject({
      message: "no Docker engine answers at /nowhere/docker.sock (Docker): no such socket",
    });
  });

  test("a denied socket must lead to the docker group, and not to starting Docker", () => {
    const candidates = [wellKnownSocket("/var/run/docker.sock", "Docker")];
    const { fixes } = unreachable(candidates, ["permission denied: add yourself to the docker group"]);
    expect(fixes.map(({ command }) => command)).toEqual(["sudo usermod -aG docker $USER"]);
  });
});
