import { describeLocally, shareLocally } from "../support/local-scenario.ts";
import { snapshotTests } from "../support/snapshot-suite.ts";

// That LiteLLM gets along with what restore brings back is seen in containers.
describeLocally("snapshots without Docker", { timeout: 300_000 }, () => {
  snapshotTests(shareLocally(), ["langfuse"], ["langfuse"]);
});
