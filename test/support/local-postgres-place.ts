import { afterAll, beforeAll } from "vitest";
import type { Machine } from "../../src/engine/processes/runtime.ts";
import { limitMs } from "./local-postgres.ts";

/** A machine, and a folder for what runs on it. */
export interface PostgresPlace {
  readonly machine: Machine;
  readonly folder: string;
  remove(): Promise<void>;
}

/** Opens a place before the tests of a suite and removes it after them. */
export const placeHook = (open: () => Promise<PostgresPlace>): (() => PostgresPlace) => {
  let place: PostgresPlace | undefined;
  beforeAll(async () => {
    place = await open();
  }, limitMs);
  afterAll(() => place?.remove(), limitMs);
  return () => {
    if (place === undefined) throw new Error("the place is not open yet");
    return place;
  };
};
