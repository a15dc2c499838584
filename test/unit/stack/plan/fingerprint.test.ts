import { expect, test } from "vitest";
import type { NetworkSpec } from "../../../../src/model/stack.ts";
import { changedFields, fingerprintOf, networkFingerprint } from "../../../../src/stack/plan/drift.ts";
import { service, stackOf } from "../../../support/sample-stack.ts";

test("the order of keys must not change a fingerprint", () => {
  const one = service("a", { docker: { labels: { x: "1", y: "2" } } });
  const other = service("a", { docker: { labels: { y: "2", x: "1" } } });
  expect(fingerprintOf(one)).toEqual(fingerprintOf(other));
});

test("the order of a list must change it: a command's words have an order", () => {
  const one = fingerprintOf(service("a", { docker: { command: ["x", "y"] } }));
  const other = fingerprintOf(service("a", { docker: { command: ["y", "x"] } }));
  expect(changedFields(one, other)).toEqual(["command"]);
});

test("a field that is not set must be as one that is set to nothing", () => {
  const plain = fingerprintOf(service("a"));
  expect(fingerprintOf(service("a", { docker: { command: [], capAdd: [] } }))).toEqual(plain);
  expect(Object.keys(plain)).not.toContain("command");
});

test("an empty variable must differ from one that is not set", () => {
  expect(changedFields(fingerprintOf(service("a", { environment: { X: "" } })), fingerprintOf(service("a")))).toEqual([
    "environment X",
  ]);
});

test("a variable that is to have no value must differ from one that is not named, and from an empty one", () => {
  const unset = fingerprintOf(service("a", { docker: { unset: ["X"] } }));
  expect(changedFields(unset, fingerprintOf(service("a")))).toEqual(["environment X"]);
  expect(changedFields(unset, fingerprintOf(service("a", { environment: { X: "" } })))).toEqual(["environment X"]);
});

test("every variable must have a field of its own", () => {
  const fields = fingerprintOf(service("a", { environment: { X: "1", Y: "2" } }));
  expect(Object.keys(fields)).toEqual(expect.arrayContaining(["environment.X", "environment.Y"]));
});

test("a network's fingerprint must not depend on the key that the file calls it by", () => {
  const [network] = stackOf(service("a")).networks;
  const renamed: NetworkSpec | undefined = network && { ...network, key: "other" };
  expect(renamed && networkFingerprint(renamed)).toBe(network && networkFingerprint(network));
  expect(network && networkFingerprint({ ...network, internal: true })).not.toBe(
    network && networkFingerprint(network),
  );
});
