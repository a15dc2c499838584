import { expect, test } from "vitest";
import type { ReadinessSpec } from "../../../../src/model/stack.ts";
import { dependsOn, service, stackOf } from "../../../support/sample-stack.ts";
import type { ServiceScript } from "../../../support/simulated-engine/script.ts";
import { openTestWorld } from "../../../support/test-world.ts";

const health: ReadinessSpec = { kind: "engine-health" };
const healthy: ServiceScript = { health: { becomes: "healthy" } };
const never: ServiceScript = { health: { becomes: "unhealthy" } };

const optional = (until: "ready" | "completed") =>
  stackOf(
    service("extra", { ready: health, readyTimeoutMs: 1_000 }),
    service("app", { ready: health, dependsOn: [dependsOn("extra", { until, required: false })] }),
  );

test.each<readonly [string, ServiceScript, "ready" | "completed"]>([
  ["never gets ready", never, "ready"],
  ["exits", { exit: { code: 1 } }, "ready"],
  ["ends with a failure", { exit: { code: 1 } }, "completed"],
])("a dependency with required: false that %s must not hold back the run", async (_what, script, until) => {
  const spec = optional(until);
  const world = openTestWorld(spec, { services: { extra: script, app: healthy } });
  await world.up(spec);
  expect(world.lines()).toHaveLength(2);
  expect(world.lines()[0]).toMatch(/^failed extra/);
  expect(world.lines()[1]).toMatch(/^ok app: created · ready/);
});
