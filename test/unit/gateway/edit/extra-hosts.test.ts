import { expect, test } from "vitest";
import { nameThisMachine } from "../../../../src/gateway/edit/extra-hosts.ts";

const entry = "host.docker.internal:host-gateway";

const add = (text: string): string => nameThisMachine({ path: "dev/docker-compose.yml", text }, "litellm");

const head = "services:\n  litellm:\n    image: x\n";

test.each([
  [
    "none yet",
    `${head}    # Keys.\n    environment: [A]\n  b: { image: y }\n`,
    `${head}    # Keys.\n    extra_hosts: ["${entry}"]\n    environment: [A]\n  b: { image: y }\n`,
  ],
  ["no environment", head, `services:\n  litellm:\n    extra_hosts: ["${entry}"]\n    image: x\n`],
  [
    "a list",
    `${head}    extra_hosts:\n      - "a:10.0.0.1" # mine\n    ports: []\n`,
    `${head}    extra_hosts:\n      - "a:10.0.0.1" # mine\n      - "${entry}"\n    ports: []\n`,
  ],
  [
    "a list on one line",
    `${head}    extra_hosts: ["a:10.0.0.1"]\n`,
    `${head}    extra_hosts: ["a:10.0.0.1", "${entry}"]\n`,
  ],
  [
    "the name in a map",
    `${head}    extra_hosts: { host.docker.internal: 10.0.0.1 }\n`,
    `${head}    extra_hosts: { host.docker.internal: 10.0.0.1 }\n`,
  ],
  ["the name there already", `${head}    extra_hosts: ["${entry}"]\n`, `${head}    extra_hosts: ["${entry}"]\n`],
])("with %s, the service must get the name, and nothing else change", (_, before, after) => {
  expect(add(before)).toBe(after);
  expect(add(after)).toBe(after);
});

test.each([
  ["another service", "services:\n  other: { image: x }\n"],
  ["a service on one line", "services:\n  litellm: { image: x }\n"],
  ["names as a map", `${head}    extra_hosts: { a: 10.0.0.1 }\n`],
])("%s must be left to be edited by hand", (_, text) => {
  expect(() => add(text)).toThrow("cannot be edited to name this machine");
});
