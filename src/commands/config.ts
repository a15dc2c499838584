import type { ConfigReport } from "../app/config.ts";
import { command } from "./command.ts";

export const config = command<ConfigReport>({
  name: "config",
  summary: "the stack as it is understood, variables filled in, secrets masked",
  options: [{ flags: "--show-secrets", description: "with every value, for your eyes" }],
  examples: [
    ["goat-dev config", "as YAML, a Compose file again"],
    ["goat-dev config --json", "the same as JSON"],
  ],
  call: async (typed, app) =>
    (await import("../app/config.ts")).config({ showSecrets: typed.flag("showSecrets") }, app),
  text: async (report) => (await import("../compose/resolved-config.ts")).renderYaml(report),
});
