import { expect, test } from "vitest";
import { formatStep } from "../../../../src/model/plan.ts";
import type { NetworkSpec } from "../../../../src/model/stack.ts";
import { networkFingerprint } from "../../../../src/stack/plan/drift.ts";
import { changedNetworks, changedVolumes } from "../../../../src/stack/plan/networks.ts";
import { planWords } from "../../../../src/stack/plan/words.ts";
import { planFor } from "../../../support/plan-for.ts";
import { dependsOn, idOf, observed, running, service, stackOf, volumeMount } from "../../../support/sample-stack.ts";

const back: NetworkSpec = {
  key: "back",
  name: "goat_back",
  external: false,
  driverOptions: {},
  internal: false,
  attachable: false,
  enableIpv6: false,
  labels: {},
};
const onBack = { docker: { networks: [{ network: "back", aliases: [] }] } };
const db = service("db", onBack);
const api = service("api", { ...onBack, dependsOn: [dependsOn("db")] });
const web = service("web", { dependsOn: [dependsOn("api")] });
const before = { ...stackOf(db, api, web), networks: [...stackOf().networks, back] };
const stack = { ...before, networks: [...stackOf().networks, { ...back, internal: true }] };
const found = {
  ...observed(before, ...[db, api, web].map((one) => running(before, one))),
  networks: before.networks.map((network) => ({
    key: network.key,
    name: network.name,
    id: idOf(network.name),
    fingerprint: networkFingerprint(network),
  })),
};

test("a network whose definition changed must be made anew with the containers on it, and only these", () => {
  const plan = planFor(stack, found);
  expect(plan.drift).toEqual({ db: ["network goat_back"], api: ["network goat_back"] });
  const steps = plan.nodes.map(({ id, action, after }) => ({ id, type: action.type, after }));
  const idsOf = (type: string) => steps.filter((step) => step.type === type).map(({ id }) => id);
  const [check] = idsOf("check-network");
  const [removal] = idsOf("remove-network");
  const [creation] = idsOf("create-network");
  expect(idsOf("stop-container").length).toBe(2);
  for (const { after } of steps.filter(({ type }) => type === "stop-container")) expect(after).toContain(check);
  expect(steps.find(({ id }) => id === removal)?.after).toEqual(expect.arrayContaining(idsOf("stop-container")));
  expect(steps.find(({ id }) => id === creation)?.after).toEqual([removal]);
  for (const { after } of steps.filter(({ type }) => type === "create-container")) expect(after).toContain(creation);
  expect(plan.nodes.filter(({ subject }) => subject === "web").map(({ action }) => action.type)).toEqual([
    "await-ready",
  ]);
});

test("what is to be made anew must be told in words", () => {
  const plan = planFor(stack, found);
  expect(planWords(plan)).toEqual([
    ["network", "recreate goat_back: its definition changed"],
    ["api", "recreate: network goat_back changed"],
    ["db", "recreate: network goat_back changed"],
  ]);
  expect(plan.nodes.map(formatStep)).toContain("remove-network goat_back: its definition changed");
});

test("a network on which another service is left as it is must stay, and no container with it", () => {
  const plan = planFor(stack, found, { names: ["db"] });
  expect(plan.nodes.map(({ action }) => action.type)).toEqual(["await-ready"]);
  expect(changedNetworks(stack, found, [db]).map(({ heldBy }) => heldBy)).toEqual([["goat-api-1"]]);
});

test("a network that others have made, or that is somebody else's, must be left as it is", () => {
  const theirs = { ...found, networks: found.networks.map((network) => ({ ...network, fingerprint: null })) };
  expect(changedNetworks(stack, theirs, stack.services)).toEqual([]);
  const external = { ...stack, networks: stack.networks.map((network) => ({ ...network, external: true })) };
  expect(changedNetworks(external, found, stack.services)).toEqual([]);
});

test("a volume that was made with another driver or other options must be told, and never be touched", () => {
  const keeping = stackOf(service("db", { docker: { mounts: [volumeMount("data")] } }));
  const made = (driver: string, options: Readonly<Record<string, string>>) => {
    const all = observed(keeping, running(keeping, service("db", { docker: { mounts: [volumeMount("data")] } })));
    return { ...all, volumes: all.volumes.map((volume) => ({ ...volume, made: { driver, options } })) };
  };
  const names = (driver: string, options: Readonly<Record<string, string>>) =>
    changedVolumes(keeping, made(driver, options)).map(({ name }) => name);
  expect(names("local", {})).toEqual([]);
  expect(names("local", { type: "tmpfs" })).toEqual(["goat_data"]);
  expect(names("nfs", {})).toEqual(["goat_data"]);
  expect(changedVolumes(keeping, observed(keeping))).toEqual([]);
  expect(planFor(keeping, made("nfs", {})).nodes.map(({ action }) => action.type)).toEqual(["await-ready"]);
});
