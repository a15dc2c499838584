import { describeLocally, openLocally } from "../support/local-scenario.ts";
import { snapshotSuite } from "../support/snapshot-suite.ts";

snapshotSuite("without Docker", describeLocally, openLocally);
