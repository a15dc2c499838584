import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { renderYaml, resolvedConfig } from "../../../src/compose/resolved-config.ts";
import { loadText } from "../../support/load-compose.ts";

const shipped = readFileSync(new URL("../../../dev/docker-compose.yml", import.meta.url), "utf8");
const asItIs = { mask: (value: string) => value };

const text = `
name: proj
services:
  a:
    image: x
    x-goat: { role: gateway }
    entrypoint: ""
    init: true
    extra_hosts: { h: 1.2.3.4 }
    shm_size: 1gb
    restart: on-failure:3
    stop_signal: SIGINT
    stop_grace_period: 1h5m30s20ms
    environment: { A: a$$b, B: , C: "1" }
    networks: { n: { aliases: [b] }, default: }
    depends_on: { b: { condition: service_completed_successfully, restart: true, required: false } }
    healthcheck: { test: curl x, interval: 1m, retries: 3 }
    expose: [80, "82/udp"]
    ports: ["127.0.0.1:8080:80/udp", "81"]
    volumes: ["./p:/p:ro", "vol:/v:nocopy", /anon]
    tmpfs: /run:size=64m,mode=1777
  b: { image: y, command: [echo, $$HOME], healthcheck: { disable: true } }
networks: { n: { driver: bridge, internal: true, labels: [x=y] } }
volumes: { vol: { driver: local, driver_opts: { o: bind } } }
`;

// The shape is that of `docker compose config --format json`, which says "size=64m" where this says bytes.
test("a stack must be printed in Compose's own shape", () => {
  expect(resolvedConfig(loadText(text).stack, asItIs)).toEqual({
    name: "proj",
    networks: {
      default: { name: "proj_default", ipam: {} },
      n: { name: "proj_n", driver: "bridge", labels: { x: "y" }, ipam: {}, internal: true },
    },
    services: {
      a: {
        command: null,
        depends_on: { b: { condition: "service_completed_successfully", restart: true, required: false } },
        entrypoint: [],
        environment: { A: "a$$b", B: null, C: "1" },
        expose: ["80", "82/udp"],
        extra_hosts: ["h=1.2.3.4"],
        healthcheck: { test: ["CMD-SHELL", "curl x"], interval: "1m0s", retries: 3 },
        image: "x",
        init: true,
        networks: { n: { aliases: ["b"] }, default: null },
        ports: [
          { mode: "ingress", host_ip: "127.0.0.1", target: 80, published: "8080", protocol: "udp" },
          { mode: "ingress", target: 81, protocol: "tcp" },
        ],
        restart: "on-failure:3",
        shm_size: "1073741824",
        stop_grace_period: "1h5m30.02s",
        stop_signal: "SIGINT",
        tmpfs: ["/run:size=64m,mode=1777"],
        volumes: [
          { type: "bind", source: "/shop/dev/p", target: "/p", read_only: true, bind: { create_host_path: true } },
          { type: "volume", source: "vol", target: "/v", volume: { nocopy: true } },
          { type: "volume", target: "/anon", volume: {} },
        ],
        "x-goat": { role: "gateway" },
      },
      b: {
        command: ["echo", "$$HOME"],
        entrypoint: null,
        healthcheck: { disable: true },
        image: "y",
        networks: { default: null },
      },
    },
    volumes: { vol: { name: "proj_vol", driver: "local", driver_opts: { o: "bind" } } },
  });
});

test.each([
  ["the shipped file", shipped],
  ["a file with everything", text],
])("%s, printed and read again, must be the same stack", (_what, source) => {
  const once = resolvedConfig(loadText(source).stack, asItIs);
  const again = loadText(renderYaml(once));
  expect(again.warnings).toEqual([]);
  expect(resolvedConfig(again.stack, asItIs)).toEqual(once);
});

test("every text must go through the mask, with its variable's name where it has one", () => {
  const seen = new Map<string, string | undefined>();
  const config = resolvedConfig(loadText(shipped, { variables: { GROQ_API_KEY: "gsk-secret" } }).stack, {
    mask: (value, name) => {
      seen.set(value, name);
      return value.replaceAll(/gsk-secret|sk-dev-key/g, "***");
    },
  });
  expect(seen.get("gsk-secret")).toBe("GROQ_API_KEY");
  expect(seen.get("--config")).toBeUndefined();
  expect([...seen.keys()]).toContain("--config");
  expect(renderYaml(config)).not.toMatch(/gsk-secret|sk-dev-key/);
  expect(renderYaml(config)).toContain('GROQ_API_KEY: "***"');
});
