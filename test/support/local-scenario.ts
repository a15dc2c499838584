import { appendFileSync, chownSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, inject, onTestFinished } from "vitest";
import { leaksFile } from "./leaks.ts";
import { processesIn } from "./local-leaks.ts";
import { createBase, type ScenarioBase } from "./scenario-base.ts";

/** A project whose services run as plain local processes. */
export interface LocalScenario extends ScenarioBase {
  /** Service -> its process, as status tells; services that do not run are left out. */
  pids(): Promise<Readonly<Record<string, number>>>;
}

export interface LocalOptions {
  /** Variables for .env, over ports and a Groq key. */
  readonly variables?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Whose project it is, where the tests run as root. */
  readonly user?: number;
}

/** `describe` for what needs Python; skipped where there is none. */
export const describeLocally = describe.skipIf(inject("embedded").missing !== null);

const everythingGone = async (scenario: Omit<ScenarioBase, typeof Symbol.asyncDispose>): Promise<void> => {
  const down = await scenario.run(["down", "--volumes", "--no-dump", "--yes"]);
  const left = down.exitCode === 0 ? [] : [`goat-dev down ended with ${down.exitCode}: ${down.output}`];
  const running = processesIn(dirname(scenario.folder));
  const file = join(inject("embedded").run.folder, leaksFile);
  for (const leak of [...left, ...running]) appendFileSync(file, `${scenario.name}: ${leak}\n`);
};

/** What another user installs lies apart; a Python in root's home is not theirs. */
const installsOf = (cache: string, user: number | undefined): Readonly<Record<string, string>> => {
  if (user === undefined) return { XDG_CACHE_HOME: cache };
  const own = join(cache, `user-${user}`);
  mkdirSync(own, { recursive: true });
  chownSync(own, user, user);
  return { XDG_CACHE_HOME: own, PATH: "/usr/local/bin:/usr/bin:/bin" };
};

/** A project in a folder with a space and a letter beyond ASCII, on the embedded engine, for one test. */
export const openLocally = async (options: LocalOptions = {}): Promise<LocalScenario> => {
  const scenario = await createLocally(options);
  onTestFinished(() => scenario[Symbol.asyncDispose]());
  return scenario;
};

/** One that the tests of a `describe` share, in their order. */
export const shareLocally = (options: LocalOptions = {}): (() => LocalScenario) => {
  let scenario: LocalScenario | undefined;
  beforeAll(async () => {
    scenario = await createLocally(options);
  });
  afterAll(() => scenario?.[Symbol.asyncDispose]());
  return () => {
    if (scenario === undefined) throw new Error("the scenario is made before the first test, not earlier");
    return scenario;
  };
};

async function createLocally(options: LocalOptions): Promise<LocalScenario> {
  const { run, bin, cache } = inject("embedded");
  const scenario = await createBase({
    testRun: run,
    bin,
    variables: options.variables ?? {},
    env: { GOAT_DEV_ENGINE: "embedded", ...installsOf(cache, options.user), ...options.env },
    folderName: "my projéct",
    ...(options.user === undefined ? {} : { user: options.user }),
    cleanUp: everythingGone,
  });
  return {
    ...scenario,
    pids: async () => {
      const { json } = await scenario.run(["status", "--json"]);
      return Object.fromEntries(
        (json.services ?? []).flatMap(({ name, pid }) => (pid === undefined ? [] : [[name, pid]])),
      );
    },
  };
}
