import { afterAll, beforeAll, beforeEach, describe, inject, onTestFinished, type TestContext } from "vitest";
import { createScenario, type Scenario, type ScenarioOptions } from "./scenario.ts";
import { keepArtifacts } from "./scenario-artifacts.ts";

/** `describe` for what needs the real engine: skipped where there is none. */
export const describeOnEngine = describe.skipIf(inject("e2e").missing !== null);

const keepIfFailed = async (scenario: Scenario | undefined, { task }: Pick<TestContext, "task">): Promise<void> => {
  if (scenario !== undefined && task.result?.state === "fail") await keepArtifacts(scenario, task);
};

/** A scenario of one test: gone when the test is; of a failed one everything worth reading is kept. */
export const openScenario = async (options: ScenarioOptions = {}): Promise<Scenario> => {
  const scenario = await createScenario(options);
  onTestFinished(async (context) => {
    await keepIfFailed(scenario, context);
    await scenario[Symbol.asyncDispose]();
  });
  return scenario;
};

/** One scenario that the tests of a `describe` share, in their order; `prepare` runs before the first. */
export const shareScenario = (options: ScenarioOptions = {}, prepare?: (scenario: Scenario) => Promise<unknown>) => {
  let scenario: Scenario | undefined;
  beforeAll(async () => {
    scenario = await createScenario(options);
    await prepare?.(scenario);
  });
  beforeEach((context) => context.onTestFinished((finished) => keepIfFailed(scenario, finished)));
  afterAll(async () => scenario?.[Symbol.asyncDispose]());
  return (): Scenario => {
    if (scenario === undefined) throw new Error("the scenario is made before the first test, not earlier");
    return scenario;
  };
};
