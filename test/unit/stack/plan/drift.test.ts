import fc from "fast-check";
import { expect, test } from "vitest";
import type { ContainerSpec, ServiceSpec } from "../../../../src/model/stack.ts";
import { driftOf } from "../../../../src/stack/plan/drift.ts";
import { observed, port, running, service, stackOf } from "../../../support/sample-stack.ts";

const before = service("litellm", {
  environment: { GROQ_API_KEY: "gsk_old_secret_value", KEPT: "same" },
  ports: [port(4000)],
  files: [{ path: "dev/litellm-config.yaml", source: "/p/dev/c.yaml", target: "/app/c.yaml", hash: "h1" }],
});

const driftAfter = (wanted: ServiceSpec): readonly string[] => {
  const found = running(stackOf(before), before);
  const stack = stackOf(wanted);
  return driftOf(stack, wanted, found, observed(stack, found));
};

test("a service as the file wants it must show no drift", () => {
  expect(driftAfter(before)).toEqual([]);
});

test.each<readonly [string, Partial<ServiceSpec>, string]>([
  ["a variable", { environment: { ...before.environment, KEPT: "other" } }, "environment KEPT"],
  ["a new variable", { environment: { ...before.environment, NEW: "x" } }, "environment NEW"],
  ["a variable taken out", { environment: { KEPT: "same" } }, "environment GROQ_API_KEY"],
  ["a port", { ports: [port(4001, 4000)] }, "ports"],
  [
    "a mounted file's content",
    { files: before.files.map((file) => ({ ...file, hash: "h2" })) },
    "dev/litellm-config.yaml",
  ],
  ["the stop signal", { stopSignal: "SIGINT" }, "stop_signal"],
  ["the grace", { stopGraceMs: 15_000 }, "stop_grace_period"],
])("drift must name %s", (_what, changes, name) => {
  expect(driftAfter({ ...before, ...changes })).toEqual([name]);
});

test.each<readonly [string, Partial<ContainerSpec>]>([
  ["image", { image: "litellm:2" }],
  ["command", { command: ["--port", "4000"] }],
  ["restart", { restart: { name: "always" } }],
  ["networks", { networks: [{ network: "default", aliases: ["proxy"] }] }],
  ["volumes", { mounts: [{ kind: "tmpfs", target: "/tmp" }] }],
  ["read_only", { readOnly: true }],
])("drift must name %s as the Compose file does", (name, docker) => {
  const { name: called, run: _run, ...rest } = before;
  expect(driftAfter(service(called, { ...rest, docker }))).toContain(name);
});

test("the same reference with another image behind it must be drift", () => {
  const stack = stackOf(before);
  const found = running(stack, before, { imageId: "sha256:older" });
  expect(driftOf(stack, before, found, observed(stack, found))).toEqual(["build of litellm:1"]);
});

test("an image that is gone from the engine must not be drift: its container runs on", () => {
  const stack = stackOf(before);
  const found = running(stack, before);
  expect(driftOf(stack, before, found, { ...observed(stack, found), images: { "litellm:1": null } })).toEqual([]);
});

test("a network that the container is not on must be drift", () => {
  const stack = stackOf(before);
  const found = running(stack, before, { networks: [] });
  expect(driftOf(stack, before, found, observed(stack, found))).toEqual(["network goat_default"]);
});

test("drift must never hold a variable's value", () => {
  const value = fc.string({ minLength: 1 }).map((text) => `value-${text}`);
  const holds = fc.property(value, value, (old, now) => {
    const found = running(stackOf(before), { ...before, environment: { TOKEN: old } });
    const wanted = { ...before, environment: { TOKEN: now } };
    const said = JSON.stringify([
      driftOf(stackOf(before), wanted, found, observed(stackOf(before), found)),
      found.fingerprint,
    ]);
    expect(said).not.toContain(JSON.stringify(old).slice(1, -1));
    expect(said).not.toContain(JSON.stringify(now).slice(1, -1));
  });
  fc.assert(holds);
});

test("a plain process must be made anew where what it asks has moved to another port, and only then", () => {
  const environment = { DATABASE_URL: "postgresql://postgres@postgres:5432/litellm" };
  const litellm = service("litellm", { environment });
  const other = service("other");
  const stackWith = (host: number) => stackOf(service("postgres", { ports: [port(host, 5432)] }), litellm, other);
  const drift = (host: number, spec: ServiceSpec, peers: Record<string, number> | undefined) => {
    const stack = stackWith(host);
    const found = running(stack, spec, peers === undefined ? {} : { peers });
    return driftOf(stack, spec, found, observed(stack, found));
  };
  const peers = { "postgres:5432": 5432 };
  expect(drift(15432, litellm, peers)).toEqual(["port of postgres"]);
  expect(drift(5432, litellm, peers)).toEqual([]);
  expect(drift(15432, other, peers)).toEqual([]);
  expect(drift(15432, litellm, undefined)).toEqual([]);
});
