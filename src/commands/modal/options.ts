import type { OptionSpec } from "../command.ts";

export const env: OptionSpec = { flags: "--env <name>", description: "the Modal environment; goat where left out" };

export const workspace: OptionSpec = {
  flags: "--workspace <name>",
  description: "the Modal workspace, where the CLI does not tell",
};

export const yes: OptionSpec = { flags: "-y, --yes", description: "do not ask" };

/** As it has to be typed for another environment than the usual one. */
export function envOption(environment: string): string {
  return environment === "goat" ? "" : ` --env ${environment}`;
}
