import { arch, homedir, platform } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Engine, ServiceChange } from "../../src/engine/engine.ts";
import type { HostOptions } from "../../src/engine/processes/host.ts";
import { createProcessEngine } from "../../src/engine/processes/process-engine.ts";
import type { Machine } from "../../src/engine/processes/runtime.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { identify, type ProcessIdentity } from "../../src/platform/process-identity.ts";
import { newStack, openScene, type Scene, toService } from "../contract/rig.ts";
import { tempFolder } from "./temp.ts";

/** This machine, with everything that is shared between projects in a folder of the test's own. */
export const machineOf = (folder: string): Machine => ({
  cache: `${folder}/cache`,
  packageRoot: folder,
  nodePath: process.execPath,
  version: "0.0.0",
  env: process.env,
  home: homedir(),
  platform: platform(),
  arch: arch(),
  pid: process.pid,
  uid: process.getuid?.() ?? -1,
});

/** What a project in this folder runs its services with; nothing outside of the folder is touched. */
const embeddedOptions = (folder: string): HostOptions => ({
  machine: machineOf(folder),
  stateDir: join(folder, ".goat-dev"),
  systemData: join(folder, "system"),
  clock: systemClock,
  runtimes: [],
});

/** The engine as one run of the command has it: it has read the stack. */
export const embeddedIn = (folder: string, changes: Partial<HostOptions> = {}): Engine => {
  const engine = createProcessEngine({ ...embeddedOptions(folder), ...changes });
  engine.fit({ ...newStack(), services: [toService("any", "web", "exit 0")] });
  return engine;
};

/** A stack of its own in a folder, ended and taken away when the test is. */
export const embeddedScene = async (
  folder: string = tempFolder(),
  engine: Engine = embeddedIn(folder),
): Promise<Scene & { readonly folder: string }> => {
  const image = "command (local)";
  const scene = await openScene({
    engine,
    image,
    print: async () => {},
    unreachable: () => engine,
    [Symbol.asyncDispose]: async () => {},
  });
  onTestFinished(() => scene[Symbol.asyncDispose]());
  return { ...scene, folder };
};

/** Where a container's record lies. */
export const recordPath = (folder: string, container: string): string =>
  join(folder, ".goat-dev", "embedded", "records", "containers", `${container}.json`);

/** The process that a service runs as. */
export const processOf = async (scene: Scene, service: string): Promise<ProcessIdentity> => {
  const { pid } = (await scene.observe(service)) ?? {};
  const identity = pid === undefined ? null : await identify(pid);
  if (identity === null) throw new Error(`${service} does not run`);
  return identity;
};

/** Writes down a stack's changes from now on, until the test ends. */
export const watchChanges = async (engine: Engine, stack: string): Promise<readonly ServiceChange[]> => {
  const stop = new AbortController();
  const seen: ServiceChange[] = [];
  let watching = Promise.resolve();
  await new Promise<void>((ready, reject) => {
    watching = (async () => {
      for await (const change of engine.changes(stack, { signal: stop.signal, ready })) seen.push(change);
    })();
    watching.catch(reject);
  });
  onTestFinished(async () => {
    stop.abort();
    await watching;
  });
  return seen;
};
