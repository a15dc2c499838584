import { describeLocally, openLocally } from "../support/local-scenario.ts";
import { statefulSuite } from "../support/stateful-suite.ts";

statefulSuite("without Docker", describeLocally, openLocally);
