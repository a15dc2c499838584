import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  containerLabels,
  networkLabels,
  originOf,
  readRecord,
  volumeLabels,
} from "../../../../src/engine/docker/labels.ts";
import type { ServiceSpec, StackSpec } from "../../../../src/model/stack.ts";

const stack: StackSpec = {
  name: "goat",
  workingDir: "/p",
  configFiles: ["/p/a.yml", "/p/b.yml"],
  environmentFiles: [],
  services: [],
  networks: [],
  volumes: [],
};

const service = (changes: Partial<ServiceSpec> = {}): ServiceSpec => ({
  name: "litellm",
  role: "gateway",
  run: {
    docker: {
      image: "x",
      pullPolicy: "missing",
      mounts: [],
      networks: [],
      expose: [],
      labels: { mine: "yes", "com.docker.compose.service": "forged" },
      restart: { name: "no" },
    },
  },
  environment: {},
  ports: [],
  files: [{ path: "dev/c.yaml", source: "/p/dev/c.yaml", target: "/c.yaml", hash: "h" }],
  ready: { kind: "running", forMs: 0 },
  readyTimeoutMs: 1,
  stopSignal: null,
  stopGraceMs: null,
  dependsOn: [
    { service: "postgres", until: "ready", restart: true, required: true },
    { service: "init", until: "completed", restart: false, required: true },
    { service: "log", until: "started", restart: false, required: false },
  ],
  ...changes,
});

describe("a container's labels", () => {
  test("must be Compose's own, ours, and the user's", () => {
    expect(containerLabels({ stack, service: service(), fingerprint: { image: "1a" } }, "sha256:i")).toEqual({
      mine: "yes",
      "com.docker.compose.project": "goat",
      "com.docker.compose.service": "litellm",
      "com.docker.compose.oneoff": "False",
      "com.docker.compose.container-number": "1",
      "com.docker.compose.project.working_dir": "/p",
      "com.docker.compose.project.config_files": "/p/a.yml,/p/b.yml",
      "com.docker.compose.config-hash": expect.stringMatching(/^[0-9a-f]{64}$/),
      "com.docker.compose.image": "sha256:i",
      "com.docker.compose.depends_on":
        "postgres:service_healthy:true,init:service_completed_successfully:false,log:service_started:false",
      "com.docker.compose.version": expect.stringMatching(/^2\./),
      "dev.goat.spec": '{"image":"1a"}',
      "dev.goat.image": "x",
      "dev.goat.files": '{"dev/c.yaml":"h"}',
    });
  });

  test("must name the environment file where there is one", () => {
    const labels = containerLabels(
      { stack: { ...stack, environmentFiles: ["/p/.env"] }, service: service(), fingerprint: {} },
      "i",
    );
    expect(labels["com.docker.compose.project.environment_file"]).toBe("/p/.env");
  });

  test("must have a hash that follows the fingerprint and not its order", () => {
    const hash = (fingerprint: Record<string, string>) =>
      containerLabels({ stack, service: service(), fingerprint }, "i")["com.docker.compose.config-hash"];
    expect(hash({ a: "1", b: "2" })).toBe(hash({ b: "2", a: "1" }));
    expect(hash({ a: "1" })).not.toBe(hash({ a: "2" }));
  });
});

test("networks and volumes must carry what docker compose looks for", () => {
  const base = { external: false, driverOptions: {}, labels: { mine: "yes" } };
  const network = {
    ...base,
    key: "default",
    name: "goat_default",
    internal: false,
    attachable: false,
    enableIpv6: false,
  };
  expect(networkLabels(stack, network, "n1")).toMatchObject({
    mine: "yes",
    "com.docker.compose.project": "goat",
    "com.docker.compose.network": "default",
    "dev.goat.spec": "n1",
  });
  expect(volumeLabels(stack, { ...base, key: "data", name: "goat_data" })).toMatchObject({
    mine: "yes",
    "com.docker.compose.project": "goat",
    "com.docker.compose.volume": "data",
  });
});

describe("the project that a container or volume says it is of", () => {
  test("must be the one that made it", () => {
    const labels = [
      containerLabels({ stack, service: service(), fingerprint: {} }, "i"),
      volumeLabels(stack, { external: false, driverOptions: {}, labels: {}, key: "data", name: "goat_data" }),
    ];
    expect(labels.map(originOf)).toEqual([
      { folder: "/p", file: "/p/a.yml" },
      { folder: "/p", file: "/p/a.yml" },
    ]);
  });

  test.each([
    [undefined, null],
    [null, null],
    [{}, null],
    [{ "com.docker.compose.project.working_dir": "" }, null],
    [{ "com.docker.compose.project.working_dir": "/p" }, { folder: "/p", file: null }],
    [
      { "com.docker.compose.project.working_dir": "/p", "com.docker.compose.project.config_files": "-" },
      { folder: "/p", file: null },
    ],
  ])("must be known as far as it is written: %j", (labels, origin) => {
    expect(originOf(labels)).toEqual(origin);
  });
});

describe("a label's JSON", () => {
  test("must be read as it was written", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.string(), { noNullPrototype: true }), (record) => {
        expect(readRecord(JSON.stringify(record))).toEqual(record);
      }),
    );
  });

  test.each([undefined, "", "{", "null", "[]", '"x"', "3", '{"a":1}', '{"a":null}'])(
    "must be nothing where it is not ours: %s",
    (text) => {
      expect(readRecord(text)).toBeNull();
    },
  );
});
