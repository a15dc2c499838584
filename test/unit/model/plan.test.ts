import { expect, test } from "vitest";
import { type Action, formatPlan, formatStep, type PlanNode } from "../../../src/model/plan.ts";
import { service, stackOf, volumeMount } from "../../support/sample-stack.ts";

const spec = service("db", { docker: { mounts: [volumeMount("data")] } });
const stack = stackOf(spec);
const [network] = stack.networks;
const [volume] = stack.volumes;

const step = (id: number, action: Action, after: readonly number[] = []): PlanNode => ({
  id,
  subject: "db",
  action,
  cause: "absent",
  after,
});

test("a plan must be one line a step: what, which, why, after what", () => {
  const nodes = [
    step(1, { type: "pull-image", image: "db:1" }),
    step(2, { type: "create-container", stack, service: spec, container: "goat-db-1", fingerprint: {} }, [1]),
    step(3, { type: "start-container", container: "goat-db-1" }, [1, 2]),
  ];
  expect(formatPlan({ nodes, drift: {}, orphans: [] })).toBe(
    [
      "1 pull-image db:1: absent",
      "2 create-container goat-db-1: absent (after 1)",
      "3 start-container goat-db-1: absent (after 1, 2)",
    ].join("\n"),
  );
});

test("an empty plan must be no line", () => {
  expect(formatPlan({ nodes: [], drift: {}, orphans: [] })).toBe("");
});

test.each<readonly [Action, string]>([
  [{ type: "rename-container", container: "old", name: "new" }, "rename-container old to new: absent"],
  [
    { type: "remove-container", container: "0123456789abcdef".repeat(4), anonymousVolumes: false },
    "remove-container 0123456789ab: absent",
  ],
  [{ type: "remove-network", network: "goat_default" }, "remove-network goat_default: absent"],
  [{ type: "remove-volume", volume: "goat_data" }, "remove-volume goat_data: absent"],
  [{ type: "await-exit", service: "db", container: "goat-db-1", timeoutMs: 1 }, "await-exit goat-db-1: absent"],
  ...(network === undefined
    ? []
    : ([
        [{ type: "create-network", stack, network, fingerprint: "f" }, "create-network goat_default: absent"],
      ] as const)),
  ...(volume === undefined
    ? []
    : ([[{ type: "create-volume", stack, volume }, "create-volume goat_data: absent"]] as const)),
])("%o must be told by the name of what it is about", (action, text) => {
  expect(formatStep(step(1, action))).toBe(text);
});
