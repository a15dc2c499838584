import { describe, expect, test } from "vitest";
import type { Runtime } from "../../../../src/engine/processes/runtime.ts";
import { commandRuntime, fitStack, runtimeOf, supportOf } from "../../../../src/engine/processes/runtimes.ts";
import type { ServiceSpec } from "../../../../src/model/stack.ts";
import { loadText } from "../../../support/load-compose.ts";

const runtime = (name: string, changes: Partial<Runtime> = {}): Runtime => ({
  ...commandRuntime,
  name,
  image: () => `${name} 1 (local)`,
  refuse: () => null,
  ...changes,
});

const runtimes = [
  runtime("postgres", { role: "database" }),
  runtime("recorder", { role: "tracing" }),
  runtime("litellm", { role: "gateway" }),
  commandRuntime,
];

const read = (lines: string) =>
  loadText(`services:\n  web:\n    image: busybox\n${lines.replaceAll(/^/gm, "    ")}\n`).stack;

const serviceOf = (lines: string): ServiceSpec => {
  const [service] = read(lines).services;
  if (service === undefined) throw new Error("no service was read");
  return service;
};

const fitted = (lines: string): ServiceSpec => {
  const [service] = fitStack(runtimes, read(lines)).services;
  if (service === undefined) throw new Error("no service was read");
  return service;
};

describe("a service's runtime", () => {
  test.each([
    ["x-goat: { role: database }", "postgres"],
    ["x-goat: { role: tracing }", "recorder"],
    ["x-goat: { role: gateway }", "litellm"],
    ["x-goat: { role: gateway, embedded: { recipe: postgres } }", "postgres"],
    ["x-goat: { role: gateway, embedded: { command: [node] } }", "command"],
    ["", undefined],
    ["x-goat: { embedded: { recipe: nobody } }", undefined],
  ])("must be what the file names, else what its role says: %s", (lines, name) => {
    expect(runtimeOf(runtimes, serviceOf(lines))?.name).toBe(name);
  });
});

describe("a service", () => {
  const reasonOf = (lines: string): string | null => {
    const support = supportOf(runtimes, serviceOf(lines));
    return support.ok ? null : support.reason;
  };

  test("that cannot run without Docker must be refused with what would let it", () => {
    expect(reasonOf("")).toBe(
      "web cannot run without Docker, unless x-goat: { embedded: { command: [...] } } says how",
    );
  });

  test("that asks for a runtime there is not must be told which there are", () => {
    expect(reasonOf("x-goat: { embedded: { recipe: nobody } }")).toBe(
      'web asks for the recipe "nobody": there are postgres, recorder, litellm, command',
    );
  });

  test("that leaves its port to the engine must be refused: nobody could tell the others", () => {
    expect(reasonOf('x-goat: { role: database }\nports: ["80"]')).toMatch(/leaves the host's port for 80 open/);
    expect(reasonOf('x-goat: { role: database }\nports: ["8080:80"]')).toBeNull();
  });

  test("must be refused where its runtime refuses it", () => {
    const picky = [runtime("postgres", { role: "database", refuse: ({ name }) => `${name} is not for me` })];
    expect(supportOf(picky, serviceOf("x-goat: { role: database }"))).toEqual({
      ok: false,
      reason: "web is not for me",
    });
  });
});

describe("a fitted service", () => {
  test("must say what stands in its image's place, and that nothing brings it back", () => {
    expect(
      fitted("x-goat: { role: database }\nrestart: always\nplatform: linux/arm64\npull_policy: always").run,
    ).toMatchObject({
      embedded: { recipe: "postgres" },
      docker: { image: "postgres 1 (local)", pullPolicy: "missing", restart: { name: "no" } },
    });
  });

  test("must show its own command where drift is looked for", () => {
    const { docker } = fitted(
      "entrypoint: [/entry]\ncommand: [serve]\nx-goat: { embedded: { command: [node, a.js] } }",
    ).run;
    expect(docker?.command).toEqual(["node", "a.js"]);
    expect(docker?.entrypoint).toBeUndefined();
  });

  test("that has no runtime must stay as it is", () => {
    expect(fitted("command: [serve]")).toEqual(serviceOf("command: [serve]"));
  });

  const check = "healthcheck: { test: [CMD, check, it] }\nx-goat: { embedded: { command: [node] } }";

  test("must be asked on its port where Docker would ask its health", () => {
    const lines = `ports: ["0.0.0.0:8080:80"]\n${check}`;
    expect(serviceOf(lines).ready).toEqual({ kind: "engine-health" });
    expect(fitted(lines).ready).toEqual({ kind: "tcp", host: "127.0.0.1", port: 8080 });
  });

  test("must be asked by its check where it has no port", () => {
    expect(fitted(check).ready).toEqual({ kind: "exec", command: ["check", "it"] });
  });

  test("must have to stay where only its image knows a check", () => {
    const lines = "healthcheck: { interval: 5s }\nx-goat: { embedded: { command: [node] } }";
    expect(fitted(lines).ready).toEqual({ kind: "running", forMs: 1_000 });
  });
});

describe("what a service waits for", () => {
  const { stack } = loadText(`services:
  postgres: { image: postgres, x-goat: { role: database } }
  cache: { image: redis, x-goat: { embedded: { command: [redis-server] } } }
  litellm:
    image: litellm
    x-goat: { role: gateway }
    depends_on: [postgres, cache]
`);
  const fit: Runtime["fit"] = (service, { services }) => ({
    ...service,
    dependsOn: service.dependsOn.filter((d) => services.find(({ name }) => name === d.service)?.role !== "database"),
  });
  const waitsFor = (litellm: Runtime): readonly string[] => {
    const { services } = fitStack([litellm, commandRuntime], stack);
    return services.find(({ name }) => name === "litellm")?.dependsOn.map(({ service }) => service) ?? [];
  };

  test("must be what the file says, as its local form changes it", () => {
    expect(waitsFor(runtime("litellm", { role: "gateway" }))).toEqual(["postgres", "cache"]);
    expect(waitsFor(runtime("litellm", { role: "gateway", fit }))).toEqual(["cache"]);
  });
});
