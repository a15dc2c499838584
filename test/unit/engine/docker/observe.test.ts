import type { ContainerInspectInfo } from "dockerode";
import { describe, expect, test } from "vitest";
import { toObservedService as toObserved } from "../../../../src/engine/docker/observe.ts";

const networks = ["goat_default", "a-net"].map((Name) => ({ Name, Id: `id of ${Name}` }));

const toObservedService = (info: ContainerInspectInfo) => toObserved(info, networks);

interface Changes {
  readonly state?: object;
  readonly config?: object;
  readonly labels?: object;
  readonly host?: object;
  readonly ports?: object;
  readonly networks?: object;
}

const inspect = (changes: Changes = {}) =>
  ({
    Id: "c1",
    Name: "/goat-litellm-1",
    Image: "sha256:i",
    RestartCount: 0,
    State: {
      Status: "running",
      ExitCode: 0,
      Error: "",
      OOMKilled: false,
      StartedAt: "2026-01-01T00:00:00.5Z",
      ...changes.state,
    },
    Config: {
      Image: "litellm:1",
      Labels: { "com.docker.compose.service": "litellm", ...changes.labels },
      ...changes.config,
    },
    HostConfig: { PortBindings: {}, ...changes.host },
    NetworkSettings: {
      Ports: changes.ports ?? {},
      Networks: changes.networks ?? { goat_default: { NetworkID: "id of goat_default" }, "a-net": { NetworkID: "" } },
    },
  }) as unknown as ContainerInspectInfo;

describe("what an inspect says", () => {
  test("of a running service must be its state, without an exit code", () => {
    expect(toObservedService(inspect())).toEqual({
      name: "litellm",
      handle: "c1",
      container: "goat-litellm-1",
      state: "running",
      health: "none",
      exitCode: null,
      oomKilled: false,
      startError: null,
      startedAt: "2026-01-01T00:00:00.5Z",
      restartCount: 0,
      image: "litellm:1",
      imageId: "sha256:i",
      fingerprint: null,
      files: {},
      networks: ["a-net", "goat_default"],
      ports: [],
      oneOff: false,
      origin: null,
    });
  });

  test.each([
    ["exited", 3, { state: "exited", exitCode: 3 }],
    ["restarting", 1, { state: "restarting", exitCode: 1 }],
    ["dead", 137, { state: "dead", exitCode: 137 }],
    ["removing", 0, { state: "dead", exitCode: null }],
    ["created", 0, { state: "created", exitCode: null }],
    ["stopped", 0, { state: "exited" }],
    ["configured", 0, { state: "created" }],
  ])("of a container that is %s must be told with its exit code where it has ended", (Status, ExitCode, expected) => {
    expect(toObservedService(inspect({ state: { Status, ExitCode } }))).toMatchObject(expected);
  });

  test.each([
    [undefined, "none"],
    [{ Status: "none" }, "none"],
    [{ Status: "" }, "none"],
    [{ Status: "starting" }, "starting"],
    [{ Status: "unhealthy" }, "unhealthy"],
  ])("health %j must be %s", (Health, health) => {
    expect(toObservedService(inspect({ state: { Health } }))?.health).toBe(health);
  });

  test("must keep why it could not start, and that it never did", () => {
    const state = { Status: "created", Error: "port is already allocated", StartedAt: "0001-01-01T00:00:00Z" };
    expect(toObservedService(inspect({ state }))).toMatchObject({
      startError: "port is already allocated",
      startedAt: null,
    });
  });

  test.each([undefined, "", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z", "soon"])(
    "must be without a start time where the engine tells none: %j",
    (StartedAt) => {
      expect(toObservedService(inspect({ state: { StartedAt } }))?.startedAt).toBeNull();
    },
  );

  test("must read what goat-dev wrote, and take what docker compose made for not ours", () => {
    const labels = { "dev.goat.spec": '{"image":"1a"}', "dev.goat.files": '{"a.yaml":"h"}' };
    expect(toObservedService(inspect({ labels }))).toMatchObject({
      fingerprint: { image: "1a" },
      files: { "a.yaml": "h" },
    });
    expect(toObservedService(inspect({ labels: { "com.docker.compose.config-hash": "x" } }))?.fingerprint).toBeNull();
  });

  test("must give the ports as asked for, and the host's where the engine chose", () => {
    const host = {
      PortBindings: { "80/tcp": [{ HostIp: "", HostPort: "" }], "53/udp": [{ HostIp: "127.0.0.1", HostPort: "5353" }] },
    };
    const ports = {
      "80/tcp": [
        { HostIp: "0.0.0.0", HostPort: "32768" },
        { HostIp: "::", HostPort: "32768" },
      ],
      "53/udp": null,
    };
    const udp = { hostIp: "127.0.0.1", host: 5353, container: 53, protocol: "udp" };
    expect(toObservedService(inspect({ host, ports }))?.ports).toEqual([
      { hostIp: "", host: 32768, container: 80, protocol: "tcp" },
      udp,
    ]);
    expect(toObservedService(inspect({ host }))?.ports).toEqual([
      { hostIp: "", host: null, container: 80, protocol: "tcp" },
      udp,
    ]);
  });

  test.each([
    ["that runs on it", { NetworkID: "id of goat_default" }, ["goat_default"]],
    ["that was never started, which knows it by name", { NetworkID: "" }, ["goat_default"]],
    ["of an engine whose ids are names", { NetworkID: "goat_default" }, ["goat_default"]],
    ["that knows one of that name that was removed since", { NetworkID: "another id" }, []],
  ])("must tell the network of a container %s", (_which, endpoint, expected) => {
    const info = inspect({ networks: { goat_default: endpoint } });
    expect(toObservedService(info)?.networks).toEqual(expected);
  });

  test("must not name a network that there is not, although it was never started", () => {
    expect(toObservedService(inspect({ networks: { goat_gone: { NetworkID: "" } } }))?.networks).toEqual([]);
  });

  test("must name the image as it was asked for, where the engine names it otherwise", () => {
    const config = {
      Image: "localhost/shop/web:1",
      Labels: { "com.docker.compose.service": "web", "dev.goat.image": "shop/web:1" },
    };
    expect(toObservedService(inspect({ config }))?.image).toBe("shop/web:1");
  });

  test("must mark a one-off run, and be nothing for a container of no service", () => {
    expect(toObservedService(inspect({ labels: { "com.docker.compose.oneoff": "True" } }))?.oneOff).toBe(true);
    expect(toObservedService(inspect({ config: { Labels: null } }))).toBeNull();
  });
});
