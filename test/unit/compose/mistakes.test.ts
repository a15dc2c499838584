import { join } from "node:path";
import { expect, test } from "vitest";
import { readTextFile } from "../../../src/platform/text-file.ts";
import { errorOf, filesOf, loadText, serviceMistakes, textMistakes } from "../../support/load-compose.ts";
import { tempFolder, writeFiles } from "../../support/temp.ts";

test("all mistakes must be told at once, in reading order, with file, line and column", () => {
  const error = errorOf(() =>
    loadText("services:\n  web:\n    image: x\n    prots: [80]\n    tty: maybe\n    user: 1000\n"),
  );
  expect(error.code).toBe("compose-invalid");
  expect(error.exitCode).toBe(2);
  expect(error.evidence).toEqual([
    'dev/docker-compose.yml:4:5 unknown key "prots": did you mean "ports"?',
    'dev/docker-compose.yml:5:10 "tty" needs true or false',
    'dev/docker-compose.yml:6:11 "user" needs a text: put it in quotes',
  ]);
  expect(error.message).toBe(
    '3 mistakes in the Compose file, first dev/docker-compose.yml:4:5 unknown key "prots": did you mean "ports"?',
  );
});

test.each([
  [
    "build: { ssh: [default] }",
    '4:14 "ssh" is not supported: a build is given its folder and its args, and nothing else of this machine',
  ],
  [
    "build: { dockerfile: a, dockerfile_inline: FROM x }",
    '4:29 "dockerfile" and "dockerfile_inline" cannot both be there',
  ],
  [
    "build: { platforms: [linux/amd64, linux/arm64] }",
    '4:25 "platforms" is for one here: images are built for the engine that runs them',
  ],
  ["scale: 2", '4:5 "scale" is not supported: one container runs for each service'],
  ["deploy: { replicas: 0 }", '4:15 "replicas" is not supported: one container runs for each service'],
  [
    "mem_limit: 1g\ndeploy: { resources: { limits: { memory: 2g } } }",
    '4:5 "mem_limit" and "deploy" have to say the same: leave one of them out',
  ],
  ["network_mode: host\nnetworks: [default]", '2:3 "network_mode" and "networks" cannot both be there'],
  ["network_mode: service:none", '2:3 "a" depends on "none", which is no service'],
  ["extends: { service: b }", '4:5 "a" extends "b", which is no service there'],
])("%s would change what runs and must be refused", (lines, mistake) => {
  expect(serviceMistakes(lines)).toEqual([mistake]);
});

test.each([
  ["ports: 80", '4:12 "ports" needs a list'],
  ["ports:", '4:5 "ports" has no value: give it one or leave it out'],
  ['ports: ["80", "99999:1"]', '4:19 "ports": "99999" is not a port from 1 to 65535'],
  ["ports: [{ published: 1 }]", '4:13 "ports": "target" is missing: the port inside the container'],
  ["ports: [{ target: 1, hostip: x }]", '4:26 unknown key "hostip": did you mean "host_ip"?'],
  ["volumes: [gone:/x]", '4:15 volume "gone" is not declared under "volumes:"'],
  ["volumes: [dta:/x]", '4:15 volume "dta" is not declared under "volumes:": did you mean "data"?'],
  ["volumes: ['./a:rel']", '4:15 "volumes": the target "rel" has to be an absolute path'],
  ["volumes: [{ type: bind, target: /a }]", '4:15 "volumes": a bind needs a "source"'],
  ["volumes: [{ source: a, target: /a }]", '4:15 "volumes": "type" is missing'],
  ["tmpfs: run", '4:12 "tmpfs": "run" has to be an absolute path'],
  ["tmpfs: /run:exce", '4:12 "tmpfs": there is no option "exce"'],
  ["networks: [back]", '4:16 network "back" is not declared under "networks:"'],
  ["environment: [A, ' =x']", '4:22 " " is not a variable\'s name'],
  ["environment: { A: [1] }", '4:23 "A" needs a text'],
  ["environment: A=1", '4:18 "environment" needs a list'],
  ["env_file: none.env", "4:15 there is no dev/none.env"],
  ["depends_on: a", '4:17 "depends_on" needs a list'],
  ["depends_on: [b]", '4:18 "a" depends on "b", which is no service'],
  [
    "depends_on: { a: { condition: ready } }",
    '4:35 "condition" needs one of service_started, service_healthy, service_completed_successfully',
  ],
  ["depends_on: { a: {} }", '4:19 "a" needs a "condition"'],
  ["healthcheck: { test: [curl] }", '4:26 "test" has to start with CMD, CMD-SHELL or NONE'],
  ["healthcheck: { interval: 5 }", '4:30 "interval" needs a duration with a unit, such as 10s or 1m30s'],
  ["healthcheck: { retries: -1 }", '4:29 "retries" needs a whole number from 0 up'],
  ["stop_grace_period: soon", '4:24 "stop_grace_period" needs a duration such as 10s or 1m30s'],
  ["mem_limit: lots", '4:16 "mem_limit" needs a size such as 512m or 1gb'],
  ["restart: sometimes", '4:14 "restart" needs one of no, always, on-failure, on-failure:3, unless-stopped'],
  ["pull_policy: daily", '4:18 "pull_policy: daily" is not supported: write missing, always or never'],
  ["command: 'a \"b'", '4:14 "command": quotes or brackets are not closed'],
  ["command: [1]", '4:15 "command" needs a text: put it in quotes'],
  ["extra_hosts: [a]", '4:19 "a" has no address: host=address'],
  ["labels: { a: { b: c } }", '4:18 "a" needs a text'],
  ["hostname: ${", "4:15 a $ here begins no variable that can be read; write $$ for a plain $"],
  ["hostname: '${NONE:?set NONE}'", "4:15 required variable NONE is missing a value: set NONE"],
  ["x-goat: { role: db }", '4:21 "role" needs one of database, tracing, gateway, other'],
  ["x-goat: { redy: { tcp: 1 } }", '4:15 unknown key "redy": did you mean "ready"?'],
])("%s", (lines, mistake) => {
  expect(serviceMistakes(lines).filter((line) => !line.includes("circle"))).toEqual([mistake]);
});

test.each([
  ["", ["1:1 the file is empty"]],
  ["[]", ["1:1 the file has to be a mapping (services: …)"]],
  ["services:", ['1:1 "services" has no value: give it one or leave it out']],
  ["services: { a: }", ['1:13 "a" needs an image']],
  ["services: { a: { image: '' } }", ['1:13 "a" needs an image']],
  [
    "services: { a: { image: 'Postgres:16' } }",
    ['1:25 "Postgres:16" has capital letters, which no image\'s name has: write postgres:16'],
  ],
  ["services: { 'a b': { image: x } }", ['1:13 "a b" cannot name a service: letters, digits, ., - and _ only']],
  ["servces: {}", ["1:1 there are no services", '1:1 unknown key "servces": did you mean "services"?']],
  [
    "services: { a: { image: x, secrets: [s] } }\nsecrets: { s: { environment: S } }",
    [
      '1:38 secret "s" has no "file": only files are mounted',
      '2:17 "environment" is not supported: only files are mounted',
    ],
  ],
  [
    "services: { a: { image: x } }\nnetworks: { n: { external: true, driver: x } }",
    ['2:34 "n" is external: "driver" cannot be set here'],
  ],
  [
    "services: { a: { image: x, container_name: c }, b: { image: y, container_name: c } }",
    ['1:49 "b" has the container name "c" of "a"'],
  ],
])("%j", (text, mistakes) => {
  expect(textMistakes(text)).toEqual(mistakes);
});

test("a service that is off must be named with its profile, unless it is not required", () => {
  const text = (required: boolean) =>
    `services: { a: { image: x, depends_on: { b: { condition: service_started, required: ${required} } } }, b: { image: y, profiles: [gpu] } }`;
  expect(textMistakes(text(true))).toEqual(['1:42 "a" depends on "b", which is off without profile gpu']);
  expect(loadText(text(false)).stack.services).toHaveLength(1);
});

test("a malformed line of an env file must be told in that file", () => {
  const readFile = filesOf({ "/shop/dev/a.env": "A=1\nno equals\n" });
  const error = errorOf(() => loadText("services: { a: { image: x, env_file: a.env } }", { readFile }));
  expect(error.evidence).toEqual(["dev/a.env:2:1 there is no = here"]);
});

test.each([
  ["env_file: ${UNSET}", '4:15 "env_file" names no file: its path is empty'],
  ["env_file: [{ path: '', required: false }]", '4:24 "env_file" names no file: its path is empty'],
  ["env_file: ./folder", '4:15 "dev/folder" is a folder'],
  ["env_file: [{ path: folder, required: false }]", '4:24 "dev/folder" is a folder'],
  ['env_file: "a\\0b"', '4:15 "dev/a\\u0000b" holds a NUL character, which no file\'s name can'],
  [`env_file: ${"a".repeat(300)}`, `4:15 "dev/${"a".repeat(300)}" is too long for a file's name`],
  ['environment: { A: "a\\0b" }', '4:23 "A" cannot hold a NUL character'],
])("%s must be told where it stands", (lines, told) => {
  const root = writeFiles(tempFolder(), { "dev/folder/x": "" });
  const input = { root, workingDir: join(root, "dev"), readFile: readTextFile };
  expect(serviceMistakes(lines, input).map((line) => line.replace(/^.*?:(?=\d)/, ""))).toEqual([told]);
});

test("a circle of dependencies must be named along its way", () => {
  const error = errorOf(() =>
    loadText(`
services:
  start: { image: x, depends_on: [a] }
  a: { image: x, depends_on: [b] }
  b: { image: x, depends_on: { c: { condition: service_healthy } } }
  c: { image: x, depends_on: [a] }
`),
  );
  expect(error.code).toBe("dependency-cycle");
  expect(error.message).toBe("services depend on each other in a circle: a → b → c → a");
});

test.each([
  ["networks: [default, default]", ['4:25 "networks": "default" is there twice']],
  ["attach: maybe", ['4:13 "attach" needs true or false']],
  ["annotations: 5", ['4:18 "annotations" needs a list']],
  ["deploy: { placement: x }", ['4:26 "placement" needs a mapping (key: value)']],
  ['ports: ["::1:8080:80"]', ['4:13 "ports": "::1" has to stand in brackets: [::1]']],
  ["configs: [{ target: x }]", ['4:15 "configs": "source" is missing']],
  ["user: !!int x", ['4:17 "x" is not what its tag says: a number']],
  ['command: ["a\\0b"]', ['4:14 "command" cannot hold a NUL character']],
])("%s must be refused as Compose refuses it, or more plainly", (lines, mistakes) => {
  expect(serviceMistakes(lines)).toEqual(mistakes);
});

test("services in a circle must be told with the place of each link", () => {
  const text = "services:\n  a: { image: x, depends_on: [b] }\n  b: { image: x, depends_on: [a] }\n";
  expect(textMistakes(text)).toEqual(['2:31 "a" depends on "b"', '3:31 "b" depends on "a"']);
});

test("what an included file would have brought must not be missed a second time", () => {
  const text =
    "include: [none.yml]\nservices: { a: { image: x, depends_on: [b], networks: [n], volumes: [data:/v] } }\n";
  expect(textMistakes(text)).toEqual(["1:11 there is no dev/none.yml"]);
});

test("a file of many values must be read where no alias repeats them", () => {
  const lines = Array.from({ length: 110_000 }, (_, index) => `      A${index}: x`).join("\n");
  expect(() => loadText(`services:\n  a:\n    image: x\n    environment:\n${lines}\n`)).not.toThrow();
});
