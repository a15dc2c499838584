import { expect } from "vitest";
import type { GoatProject } from "./goat-project.ts";

/** Runs what must fail before anything is made; gives its exit status and what was said on stderr. */
export const fails = async ({ goat, engine }: GoatProject, args: readonly string[] = ["up"]) => {
  const { exitCode, out, err } = await goat(args);
  expect(out).toBe("");
  expect(engine.applied).toEqual([]);
  return { exitCode, err };
};
