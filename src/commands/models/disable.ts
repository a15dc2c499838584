import type { ModelsChangeReport } from "../../app/models/change.ts";
import { command } from "../command.ts";
import { changeText } from "./change-text.ts";

export const disable = command<ModelsChangeReport>({
  name: "disable",
  summary: "comment an entry out of this machine's config",
  arguments: "<name>",
  options: [{ flags: "-y, --yes", description: "do not ask" }],
  examples: [["goat-dev models disable qwen3-4b-local", "goat-dev models enable brings it back"]],
  call: async (typed, app) => {
    const { disable } = await import("../../app/models/switch.ts");
    return disable({ name: typed.args[0] ?? "", yes: typed.flag("yes") }, app);
  },
  text: (report) => changeText(report, `${report.model} commented out in`),
});
