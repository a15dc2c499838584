import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { LongestFirst } from "./test/support/longest-first.ts";

// A limit that a busy machine keeps, too: no test measures time. Vitest would leave one of two processors idle.
const shared = {
  restoreMocks: true,
  unstubGlobals: true,
  testTimeout: 60_000,
  maxWorkers: Math.max(2, availableParallelism() - 1),
} as const;

const onContainers = { ...shared, isolate: false, maxWorkers: 2, testTimeout: 120_000, hookTimeout: 300_000 } as const;

/** By hand Podman does the others, too. */
const onPodman =
  process.env["GOAT_DEV_PODMAN"] === "all" ? "test/e2e/main-job/*.test.ts" : "test/e2e/main-job/whole-job.test.ts";

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      { test: { ...shared, name: "architecture", include: ["test/architecture.test.ts"] } },
      // Pure parts keep no state of their own, so they share a process, which halves what loading them costs.
      { test: { ...shared, name: "unit", include: ["test/unit/**/*.test.ts"], isolate: false } },
      {
        test: {
          ...shared,
          name: "contract",
          include: ["test/contract/**/*.test.ts"],
          hookTimeout: 60_000,
        },
      },
      { test: { ...shared, name: "differential", include: ["test/differential/**/*.test.ts"] } },
      { test: { ...shared, name: "integration", include: ["test/integration/**/*.test.ts"] } },
      {
        test: {
          ...onContainers,
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          globalSetup: ["test/e2e/global-setup.ts"],
        },
      },
      {
        test: {
          ...onContainers,
          name: "podman",
          include: [onPodman],
          globalSetup: ["test/e2e/podman-setup.ts"],
          setupFiles: ["test/e2e/on-engine.ts"],
        },
      },
      {
        test: {
          ...shared,
          name: "embedded",
          include: ["test/embedded/**/*.test.ts"],
          globalSetup: ["test/embedded/global-setup.ts"],
          maxWorkers: 1,
          // The first test on a machine installs LiteLLM.
          testTimeout: 300_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          ...shared,
          name: "prisma",
          include: ["test/prisma/**/*.test.ts"],
          globalSetup: ["test/prisma/global-setup.ts"],
          maxWorkers: 2,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          ...shared,
          name: "modal",
          include: ["test/modal/**/*.test.ts"],
          globalSetup: ["test/modal/global-setup.ts"],
          maxWorkers: 1,
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
