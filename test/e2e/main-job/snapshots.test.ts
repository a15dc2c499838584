import { describeOnEngine, openScenario } from "../../support/scenario-hooks.ts";
import { snapshotSuite } from "../../support/snapshot-suite.ts";

snapshotSuite("in containers", describeOnEngine, openScenario);
