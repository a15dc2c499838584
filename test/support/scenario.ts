import { rmSync } from "node:fs";
import { inject } from "vitest";
import { type Container, containersOf, networksOf, removeProject, volumesOf } from "./docker.ts";
import { createBase, type ScenarioBase } from "./scenario-base.ts";

/** A project whose services run on the Docker Engine. */
export interface Scenario extends ScenarioBase {
  containers(): Promise<readonly Container[]>;
  container(service: string): Promise<Container>;
  networks(): Promise<readonly string[]>;
  volumes(): Promise<readonly string[]>;
}

export interface ScenarioOptions {
  /** Variables for .env, over ports, images and a Groq key. */
  readonly env?: Readonly<Record<string, string>>;
  /** False: no .env. */
  readonly envFile?: boolean;
}

/** Makes the project and nothing on the engine; see scenario-hooks.ts for the usual ways to get one. */
export const createScenario = async (options: ScenarioOptions = {}): Promise<Scenario> => {
  const { run, images, bin } = inject("e2e");
  const variables = { ...images, ...options.env };
  const scenario = await createBase({ testRun: run, bin, variables, cleanUp: ({ name }) => removeProject(name) });
  const { name } = scenario;
  if (options.envFile === false) rmSync(scenario.path(".env"));
  const containers = (): Promise<readonly Container[]> => containersOf(name);
  return {
    ...scenario,
    containers,
    container: async (service) => {
      const found = (await containers()).find((one) => one.service === service);
      if (found === undefined) throw new Error(`${name} has no container of ${service}`);
      return found;
    },
    networks: () => networksOf(name),
    volumes: () => volumesOf(name),
  };
};
