import { inject } from "vitest";
import { mainJobTests } from "../../support/main-job-suite.ts";
import { describeOnEngine, shareScenario } from "../../support/scenario-hooks.ts";

describeOnEngine("the main job in containers", { timeout: 300_000 }, () => {
  const stack = shareScenario();
  mainJobTests({
    engine: new RegExp(`${inject("e2e").product} \\d`),
    short: inject("e2e").product === "Podman" ? "podman" : "docker",
    stack,
    lives: async () => {
      const containers = await stack().containers();
      return Object.fromEntries(containers.map(({ service, id, startedAt }) => [service, { id, startedAt }]));
    },
  });
});
