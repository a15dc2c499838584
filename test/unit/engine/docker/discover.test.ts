import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { type DiscoverInput, discover } from "../../../../src/engine/docker/discover.ts";

const meta = (name: string): string =>
  `/home/u/.docker/contexts/meta/${createHash("sha256").update(name).digest("hex")}/meta.json`;

const endpoints = (docker: object): string => JSON.stringify({ Name: "x", Endpoints: { docker } });

const find = (input: Partial<DiscoverInput>, files: Readonly<Record<string, string>> = {}) =>
  discover({ env: {}, home: "/home/u", readFile: async (path) => files[path] ?? null, ...input });

const places = async (...args: Parameters<typeof find>): Promise<string[]> =>
  (await find(...args)).map(({ source, endpoint }) => `${source} ${endpoint}`);

describe("discovery", () => {
  test("must try the well-known sockets in order where nothing is chosen", async () => {
    const env = { XDG_RUNTIME_DIR: "/run/user/1000", COLIMA_HOME: "/home/u/colima" };
    const found = await find({ env });
    expect(found.map(({ source, product }) => `${product}: ${source}`)).toEqual([
      "Docker: /var/run/docker.sock",
      "Docker Desktop: /home/u/.docker/run/docker.sock",
      "Docker Desktop: /home/u/.docker/desktop/docker.sock",
      "Colima: /home/u/colima/default/docker.sock",
      "Colima: /home/u/.colima/default/docker.sock",
      "OrbStack: /home/u/.orbstack/run/docker.sock",
      "Rancher Desktop: /home/u/.rd/docker.sock",
      "rootless Docker: /run/user/1000/docker.sock",
      "Podman: /run/user/1000/podman/podman.sock",
      "Podman: /run/podman/podman.sock",
    ]);
  });

  test("must try no socket twice", async () => {
    const found = await places({ env: { COLIMA_HOME: "/home/u/.colima" } });
    expect(new Set(found).size).toBe(found.length);
  });

  test("must take --docker-host before DOCKER_HOST before a context, and each for final", async () => {
    const env = { DOCKER_HOST: "unix:///env.sock", DOCKER_CONTEXT: "colima" };
    expect(await places({ dockerHost: "unix:///flag.sock", env })).toEqual(["--docker-host unix:///flag.sock"]);
    expect(await places({ env })).toEqual(["DOCKER_HOST unix:///env.sock"]);
    const files = { [meta("colima")]: endpoints({ Host: "unix:///colima.sock" }) };
    expect(await places({ env: { DOCKER_CONTEXT: "colima" } }, files)).toEqual(["context colima unix:///colima.sock"]);
  });

  test("must follow the current context of Docker's config file", async () => {
    const files = {
      "/home/u/.docker/config.json": '{"currentContext":"orbstack"}',
      [meta("orbstack")]: endpoints({ Host: "unix:///orb.sock" }),
    };
    expect(await places({}, files)).toEqual(["context orbstack unix:///orb.sock"]);
  });

  test("must read Docker's config where DOCKER_CONFIG says it is", async () => {
    const files = {
      "/etc/d/config.json": '{"currentContext":"a"}',
      [meta("a").replace("/home/u/.docker", "/etc/d")]: endpoints({ Host: "unix:///a.sock" }),
    };
    expect(await places({ env: { DOCKER_CONFIG: "/etc/d" } }, files)).toEqual(["context a unix:///a.sock"]);
  });

  test.each([
    { env: { DOCKER_CONTEXT: "default" } },
    { env: {}, config: '{"currentContext":"default"}' },
    { env: {}, config: "{" },
  ])("must look at the well-known sockets for %j, which names no engine", async ({ env, config }) => {
    const files = config === undefined ? {} : { "/home/u/.docker/config.json": config };
    expect((await find({ env }, files)).length).toBeGreaterThan(1);
  });

  test("must refuse a context that is not there, with what lists and what leaves it", async () => {
    await expect(find({ env: { DOCKER_CONTEXT: "gone" } })).rejects.toMatchObject({
      code: "engine-context-unknown",
      exitCode: 3,
      message: expect.stringContaining("gone"),
      fixes: [{ command: "docker context ls" }, { command: "unset DOCKER_CONTEXT" }],
    });
    const files = { "/home/u/.docker/config.json": '{"currentContext":"gone"}' };
    await expect(find({}, files)).rejects.toMatchObject({
      code: "engine-context-unknown",
      fixes: [{ command: "docker context ls" }, { command: "docker context use default" }],
    });
  });
});

describe("an endpoint", () => {
  test.each([
    "ssh://me@build-box",
    "tcp://10.0.0.7:2375",
    "tcp://build-box:2376",
    "build-box:2375",
    "https://docker.example.com",
  ])("on another machine (%s) must be refused: it cannot mount this machine's files", async (host) => {
    await expect(find({ env: { DOCKER_HOST: host } })).rejects.toMatchObject({
      code: "engine-remote",
      exitCode: 3,
      message: expect.stringContaining("files cannot be mounted"),
      fixes: [{ command: "unset DOCKER_HOST" }],
    });
  });

  test("of a context on another machine must be refused as well", async () => {
    const files = { [meta("far")]: endpoints({ Host: "ssh://me:secret@far" }) };
    const refused = find({ env: { DOCKER_CONTEXT: "far" } }, files);
    await expect(refused).rejects.toMatchObject({
      code: "engine-remote",
      message: expect.not.stringContaining("secret"),
    });
  });

  test.each([
    ["tcp://localhost:2375", { host: "localhost", port: 2375, tls: null }],
    ["tcp://127.0.0.1", { host: "127.0.0.1", port: 2375, tls: null }],
    ["127.0.0.1:4243", { host: "127.0.0.1", port: 4243, tls: null }],
    ["tcp://[::1]:2375", { host: "::1", port: 2375, tls: null }],
    ["http://localhost:80", { host: "localhost", port: 80, tls: null }],
    ["https://localhost", { host: "localhost", port: 2376, tls: { ca: null, cert: null, key: null, verify: true } }],
  ])("on this machine (%s) must be taken", async (host, transport) => {
    const [found] = await find({ env: { DOCKER_HOST: host } });
    expect(found?.transport).toEqual({ kind: "tcp", ...transport });
  });

  test.each([
    ["unix://", "/var/run/docker.sock"],
    ["unix:///a/b.sock", "/a/b.sock"],
    ["/a/b.sock", "/a/b.sock"],
  ])("%s must be a socket", async (host, path) => {
    const [found] = await find({ dockerHost: host });
    expect(found?.transport).toEqual({ kind: "socket", path });
  });

  test("that is a Windows pipe must point at WSL2", async () => {
    await expect(find({ env: { DOCKER_HOST: "npipe:////./pipe/docker_engine" } })).rejects.toMatchObject({
      code: "engine-unreachable",
      message: expect.stringContaining("WSL2"),
    });
  });

  test.each(["fd://", "tcp://", "gopher://localhost", "tcp://a b"])("that is none (%s) must be named", async (host) => {
    await expect(find({ env: { DOCKER_HOST: host } })).rejects.toMatchObject({
      code: "engine-unreachable",
      message: expect.stringContaining(host),
    });
  });
});

describe("TLS", () => {
  const pems = (folder: string) => ({
    [`${folder}/ca.pem`]: "CA",
    [`${folder}/cert.pem`]: "CERT",
    [`${folder}/key.pem`]: "KEY",
  });

  test("must come from DOCKER_CERT_PATH for a tcp endpoint", async () => {
    const env = { DOCKER_HOST: "tcp://localhost", DOCKER_TLS_VERIFY: "1", DOCKER_CERT_PATH: "/certs" };
    const [found] = await find({ env }, pems("/certs"));
    const tls = { ca: "CA", cert: "CERT", key: "KEY", verify: true };
    expect(found?.transport).toEqual({ kind: "tcp", host: "localhost", port: 2376, tls });
  });

  test("must come from a context's own folder", async () => {
    const folder = meta("c").replace("/meta/", "/tls/").replace("/meta.json", "/docker");
    const files = { ...pems(folder), [meta("c")]: endpoints({ Host: "tcp://127.0.0.1:2376", SkipTLSVerify: true }) };
    const [found] = await find({ env: { DOCKER_CONTEXT: "c" } }, files);
    expect(found?.transport).toMatchObject({ tls: { ca: "CA", verify: false } });
  });
});
