import { describeOnEngine, shareScenario } from "../../support/scenario-hooks.ts";
import { snapshotTests } from "../../support/snapshot-suite.ts";

describeOnEngine("snapshots in containers", { timeout: 300_000 }, () => {
  snapshotTests(shareScenario(), ["--demo", "--no-example"], ["langfuse", "litellm"]);
});
