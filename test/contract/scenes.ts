import { afterAll, beforeAll, onTestFinished } from "vitest";
import { type Harness, openScene, type Rig, type Scene } from "./rig.ts";

/** One engine for a group of tests; each test gets a stack of its own, taken away when it ends. */
export const useRig = (harness: Harness): { rig(): Rig; scene(): Promise<Scene> } => {
  let rig: Rig | null = null;
  const get = (): Rig => {
    if (rig === null) throw new Error("the rig is not open");
    return rig;
  };
  beforeAll(async () => {
    rig = await harness.open();
  });
  afterAll(async () => {
    await rig?.[Symbol.asyncDispose]();
  });
  return {
    rig: get,
    async scene() {
      const scene = await openScene(get());
      onTestFinished(() => scene[Symbol.asyncDispose]());
      return scene;
    },
  };
};
