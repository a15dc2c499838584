import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Short files that take long: vitest begins with the largest ones, and each of these would be waited for in the end. */
const long = [
  "e2e/main-job/stateful.test.ts",
  "e2e/main-job/snapshots.test.ts",
  "e2e/main-job/reload.test.ts",
  "e2e/main-job/restart.test.ts",
  "e2e/main-job/corporate-network.test.ts",
  "e2e/faults/engine-phases.test.ts",
  "integration/runtimes/litellm-install.test.ts",
  "integration/page/views.test.ts",
  "contract/podman.test.ts",
];

const isLong = ({ moduleId }: TestSpecification): boolean => long.some((name) => moduleId.endsWith(`/test/${name}`));

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}
