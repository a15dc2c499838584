import { describe } from "vitest";
import { aboutContract } from "./about.ts";
import { containerContract } from "./containers.ts";
import { dataContract } from "./data.ts";
import { outputContract } from "./output.ts";
import type { Harness } from "./rig.ts";

/** What every engine must do, whatever runs the services. */
export const engineContract = (harness: Harness): void => {
  const title = `engine: ${harness.name}${harness.skip === undefined ? "" : ` (left out: ${harness.skip})`}`;
  describe.skipIf(harness.skip !== undefined)(title, () => {
    aboutContract(harness);
    containerContract(harness);
    dataContract(harness);
    outputContract(harness);
  });
};
