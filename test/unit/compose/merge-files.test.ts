import { expect, test } from "vitest";
import { errorOf, filesOf, loadTexts } from "../../support/load-compose.ts";

const base = `
name: merged
x-env: &env
  A: "1"
  B: \${V:-two}
x-more: &more { C: three, A: never }
services:
  web: &web
    image: x
    command: [a, b]
    environment:
      <<: [*env, *more]
      D: 4
    ports: ["80:80", "81:81"]
    volumes: ["./a:/a", "data:/d"]
    networks: [front]
    depends_on: [db]
    labels: [one=1]
    env_file: e1.env
    healthcheck: { test: [CMD, a], interval: 5s }
    expose: ["1"]
    cap_add: [A]
    tmpfs: /t1
    extra_hosts: { h: 1.1.1.1 }
  web2: { <<: *web, image: y, environment: [Z=1] }
  db: { image: z, environment: { A: "1", B: "2" }, ports: ["5:5"] }
networks: { front: {}, back: {} }
volumes: { data: { labels: { a: b } } }
`;

const over = `
services:
  web:
    command: c d
    environment: [A=over, E=5, F]
    ports: ["82:82", "80:80"]
    volumes: ["./b:/a:ro"]
    networks: { back: { aliases: [w] } }
    depends_on: { cache: { condition: service_healthy } }
    labels: { one: "2", two: "3" }
    env_file: [e2.env]
    healthcheck: { test: echo hi, retries: 2 }
    expose: ["1", "2"]
    cap_add: [B, A]
    tmpfs: [/t2]
    extra_hosts: ["g:2.2.2.2"]
  cache: { image: c, healthcheck: { disable: true } }
  db: { environment: !reset {}, ports: !override ["6:6"] }
volumes: { data: { labels: [c=d] } }
`;

const readFile = filesOf({
  "/shop/dev/e1.env": "A=envfile\nK=k1\nX=${K}-x\n",
  "/shop/dev/e2.env": "K=k2\nL='lit $K'\n",
});
const load = () => loadTexts([base, over], { readFile }).stack;
const service = (name: string) => load().services.find((candidate) => candidate.name === name);

// The answers are those of `docker compose -f a -f b config`.
test("environments, labels and env files must be merged by name, the later file first", () => {
  expect(service("web")?.environment).toEqual({
    A: "over",
    B: "two",
    C: "three",
    D: "4",
    E: "5",
    K: "k2",
    L: "lit $K",
    X: "k1-x",
  });
  expect(service("web2")?.environment).toEqual({ A: "envfile", K: "k1", X: "k1-x", Z: "1" });
  expect(service("web")?.run.docker?.labels).toEqual({ one: "2", two: "3" });
  expect(load().volumes[0]?.labels).toEqual({ a: "b", c: "d" });
});

test("a variable or label that a later file gives no value must lose it", () => {
  const texts = [
    "services: { a: { image: x, environment: { A: 1, B: 1 }, labels: { L: x } } }",
    "services: { a: { environment: { A: }, labels: [L] } }",
  ];
  const [service] = loadTexts(texts).stack.services;
  expect(service?.environment).toEqual({ B: "1" });
  expect(service?.run.docker).toMatchObject({ unset: ["A"], labels: { L: "" } });
});

test("lists must be joined, a command and a health check's test replaced", () => {
  const recipe = service("web")?.run.docker;
  expect(recipe).toMatchObject({
    command: ["c", "d"],
    healthCheck: { test: ["CMD-SHELL", "echo hi"], intervalMs: 5_000, retries: 2 },
    expose: ["1/tcp", "2/tcp"],
    capAdd: ["A", "B"],
    extraHosts: ["h:1.1.1.1", "g:2.2.2.2"],
    networks: [
      { network: "front", aliases: [] },
      { network: "back", aliases: ["w"] },
    ],
  });
  expect(service("web")?.ports.map(({ host: port }) => port)).toEqual([80, 81, 82]);
});

test("of two mounts at one target the later must count, in the first one's place", () => {
  expect(service("web")?.run.docker?.mounts).toEqual([
    { kind: "bind", source: "/shop/dev/b", target: "/a", readOnly: true, createHostPath: true },
    { kind: "volume", volume: "data", target: "/d", readOnly: false },
    { kind: "tmpfs", target: "/t1", options: "" },
    { kind: "tmpfs", target: "/t2", options: "" },
  ]);
});

test("dependencies must be merged by service", () => {
  expect(service("web")?.dependsOn).toEqual([
    { service: "db", until: "started", restart: false, required: true },
    { service: "cache", until: "ready", restart: false, required: true },
  ]);
});

test("!reset must take a value away and !override replace it", () => {
  expect(service("db")?.environment).toEqual({});
  expect(service("db")?.ports.map(({ host: port }) => port)).toEqual([6]);
});

test("a mistake must be told in the file it stands in, all files at once", () => {
  const error = errorOf(() => loadTexts(["services: { a: { imag: x } }", "services: { a: { ports: { b: 1 } } }"]));
  expect(error.evidence).toEqual([
    'dev/docker-compose.yml:1:13 "a" needs an image',
    'dev/docker-compose.yml:1:18 unknown key "imag": did you mean "image"?',
    'dev/extra-1.yml:1:25 "ports" needs a list',
  ]);
});

test("values of different kinds must not be merged", () => {
  const error = errorOf(() =>
    loadTexts(["services: { a: { image: x, ports: [80] } }", "services: { a: { ports: 81 } }"]),
  );
  expect(error.evidence[0]).toBe(
    'dev/extra-1.yml:1:25 "ports" is of another kind here than in dev/docker-compose.yml:1',
  );
});
