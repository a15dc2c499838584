import type { Clock } from "../../platform/clock.ts";
import type { Engine } from "../engine.ts";
import { commandRecipe } from "./command.ts";
import { createEmbeddedEngine } from "./embedded-engine.ts";
import { litellmRecipe } from "./litellm/recipe.ts";
import { localDatabase } from "./postgres/local-database.ts";
import { postgresRecipe } from "./postgres/recipe.ts";
import type { Machine } from "./recipe.ts";
import { recorderRecipe } from "./recorder/recipe.ts";

/** The embedded engine with every recipe there is. */
export const openEmbedded = (options: {
  readonly machine: Machine;
  /** The project's `.goat-dev`. */
  readonly stateDir: string;
  readonly clock: Clock;
}): Engine => {
  const { machine } = options;
  return createEmbeddedEngine({
    ...options,
    recipes: [postgresRecipe(machine), recorderRecipe(machine), litellmRecipe(machine), commandRecipe],
    localDatabase: (parts) => localDatabase(machine, parts),
  });
};
