import { describeOnEngine, openScenario } from "../../support/scenario-hooks.ts";
import { statefulSuite } from "../../support/stateful-suite.ts";

statefulSuite("in containers", describeOnEngine, openScenario);
