import { virtualKeyCommands } from "./virtual-keys.ts";

export const keys = {
  name: "keys",
  summary: "keys of the gateway, for programs and people: make, look, rotate, revoke",
  options: [],
  examples: [],
  subcommands: virtualKeyCommands,
};
