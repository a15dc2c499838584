import { expect, test } from "vitest";
import type { ContainerSpec } from "../../../src/model/stack.ts";
import { loadService, loadText } from "../../support/load-compose.ts";

const containerSpec = (lines: string): ContainerSpec | undefined => loadService(lines).run.docker;

// The answers are Compose's own.
test("a container's settings must be read in every form Compose takes", () => {
  const lines = `
platform: linux/amd64
pull_policy: if_not_present
entrypoint: ""
command: echo 'a b' $$HOME
user: "1000"
working_dir: /w
hostname: h
container_name: cn
init: true
tty: "yes"
stdin_open: "true"
privileged: false
read_only: true
cap_add: [NET_ADMIN, NET_ADMIN]
cap_drop: [ALL]
extra_hosts: ["a:1.2.3.4", "b=host-gateway", "c:[::1]", "d:::1"]
shm_size: 1gb
mem_limit: 1000000
restart: on-failure:3
labels: { A: 1, B: true, C: null }
expose: [80, "81/tcp", "82/udp"]`.trim();
  expect(containerSpec(lines)).toEqual({
    image: "busybox",
    platform: "linux/amd64",
    pullPolicy: "missing",
    entrypoint: [],
    command: ["echo", "a b", "$HOME"],
    user: "1000",
    workingDir: "/w",
    hostname: "h",
    containerName: "cn",
    init: true,
    tty: true,
    stdinOpen: true,
    privileged: false,
    readOnly: true,
    capAdd: ["NET_ADMIN"],
    capDrop: ["ALL"],
    extraHosts: ["a:1.2.3.4", "b:host-gateway", "c:::1", "d:::1"],
    shmBytes: 1_073_741_824,
    memoryBytes: 1_000_000,
    restart: { name: "on-failure", maxRetries: 3 },
    labels: { A: "1", B: "true", C: "" },
    expose: ["80/tcp", "81/tcp", "82/udp"],
    mounts: [],
    networks: [{ network: "default", aliases: [] }],
  });
});

test("empty texts, as empty variables leave them, must count as nothing", () => {
  const lines = 'user: ""\nplatform: "${NONE:-}"\nrestart: ""\nstop_signal: ""\ncontainer_name: ""';
  const service = loadService(lines);
  expect(service.stopSignal).toBeNull();
  expect(service.run.docker).toEqual({
    image: "busybox",
    pullPolicy: "missing",
    restart: { name: "no" },
    labels: {},
    expose: [],
    mounts: [],
    networks: [{ network: "default", aliases: [] }],
  });
});

test("mounts must be read in their short and long forms", () => {
  const lines = `
volumes:
  - { type: bind, source: ./q, target: /q/, bind: { propagation: rshared } }
  - { type: volume, source: data, target: /v, read_only: true, volume: { nocopy: true } }
  - { type: volume, target: /anon2 }
  - { type: tmpfs, target: /t, tmpfs: { size: 10m, mode: 01777 } }
  - ./p:/p:rslave
  - ~:/home
  - ../up:/up:ro
tmpfs: ["/run:size=64m,mode=755,noexec", /tmp]`.trim();
  expect(containerSpec(lines)?.mounts).toEqual([
    {
      kind: "bind",
      source: "/shop/dev/q",
      target: "/q",
      readOnly: false,
      propagation: "rshared",
      createHostPath: false,
    },
    { kind: "volume", volume: "data", target: "/v", readOnly: true, noCopy: true },
    { kind: "anonymous", target: "/anon2", readOnly: false },
    { kind: "tmpfs", target: "/t", sizeBytes: 10_485_760, mode: 0o1777 },
    { kind: "bind", source: "/shop/dev/p", target: "/p", readOnly: false, propagation: "rslave", createHostPath: true },
    { kind: "bind", source: "/home/dev", target: "/home", readOnly: false, createHostPath: true },
    { kind: "bind", source: "/shop/up", target: "/up", readOnly: true, createHostPath: true },
    { kind: "tmpfs", target: "/run", options: "size=64m,mode=755,noexec" },
    { kind: "tmpfs", target: "/tmp", options: "" },
  ]);
});

test("ports must be read in their short and long forms, the same one once", () => {
  const lines = `
ports:
  - { target: 80, published: "8080", host_ip: 127.0.0.1, protocol: udp }
  - { target: 81, published: 8081 }
  - 82
  - "8081:81"
  - "\${PORT:-8083}:83"`.trim();
  expect(loadService(lines).ports).toEqual([
    { hostIp: "127.0.0.1", host: 8080, container: 80, protocol: "udp" },
    { hostIp: "", host: 8081, container: 81, protocol: "tcp" },
    { hostIp: "", host: null, container: 82, protocol: "tcp" },
    { hostIp: "", host: 8083, container: 83, protocol: "tcp" },
  ]);
});

test("networks must keep their aliases and addresses", () => {
  const { stack } = loadText(`
services:
  a: { image: x, networks: { n: { aliases: [b, b], ipv4_address: 10.0.0.2 }, default: } }
networks: { n: }
`);
  expect(stack.services[0]?.run.docker?.networks).toEqual([
    { network: "n", aliases: ["b"], ipv4Address: "10.0.0.2" },
    { network: "default", aliases: [] },
  ]);
});

test("dependencies must keep their condition, restart and required", () => {
  const { stack } = loadText(`
services:
  a:
    image: x
    depends_on:
      b: { condition: service_healthy, restart: true }
      c: { condition: service_completed_successfully, required: false }
  b: { image: x, depends_on: [c] }
  c: { image: x }
`);
  expect(stack.services[0]?.dependsOn).toEqual([
    { service: "b", until: "ready", restart: true, required: true },
    { service: "c", until: "completed", restart: false, required: false },
  ]);
  expect(stack.services[1]?.dependsOn).toEqual([{ service: "c", until: "started", restart: false, required: true }]);
});

test.each([
  [
    "{ test: curl x, interval: 1m30s, retries: '3' }",
    { disabled: false, test: ["CMD-SHELL", "curl x"], intervalMs: 90_000, retries: 3 },
  ],
  [
    "{ test: [CMD, a, b], timeout: 5s, start_period: 1m, start_interval: 500ms }",
    { disabled: false, test: ["CMD", "a", "b"], timeoutMs: 5_000, startPeriodMs: 60_000, startIntervalMs: 500 },
  ],
  ["{ test: [] }", { disabled: false }],
  ["{ test: [NONE] }", { disabled: true }],
  ["{ disable: true }", { disabled: true }],
])("healthcheck: %s", (text, expected) => {
  expect(containerSpec(`healthcheck: ${text}`)?.healthCheck).toEqual(expected);
});

test("what changes nothing that runs must be warned about and left out", () => {
  const { warnings } = loadText(`version: "3"
services:
  a:
    image: x
    annotations: { a: b }
    command: a && b
    volumes: ["./a:/a:z"]
    deploy: { resources: {}, labels: { a: b } }
    dns: []
`);
  expect(warnings.map(({ line, message }) => [line, message])).toEqual([
    [1, '"version" is ignored'],
    [5, '"annotations" is ignored'],
    [6, '"command": no shell reads this, and everything from "&" on is dropped'],
    [7, '"volumes": the option "z" is ignored'],
    [8, '"labels" is ignored'],
  ]);
});
