import type { CloudStopReport } from "../../app/cloud/stop.ts";
import { list } from "../../platform/text.ts";
import { command } from "../command.ts";
import { env, yes } from "./options.ts";

export const modalStop = command<CloudStopReport>({
  name: "stop",
  summary: "stop what is deployed; secrets and weights stay",
  arguments: "[target...]",
  options: [env, yes],
  examples: [["goat-dev modal stop qwen3-4b", "one model"]],
  call: async (typed, app) => {
    const { cloudStop } = await import("../../app/cloud/stop.ts");
    return cloudStop({ environment: typed.text("env"), targets: typed.args, yes: typed.flag("yes") }, app);
  },
  text: ({ stopped }) =>
    stopped.length === 0 ? "Nothing of that is deployed." : `Stopped ${list(stopped)}. Secrets and weights stay.`,
});
