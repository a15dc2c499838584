import type { ModelsChangeReport } from "../../app/models/change.ts";
import { command } from "../command.ts";
import { changeText } from "./change-text.ts";

export const remove = command<ModelsChangeReport>({
  name: "remove",
  summary: "take a model out of both configs",
  arguments: "<name>",
  options: [{ flags: "-y, --yes", description: "do not ask" }],
  examples: [["goat-dev models remove claude-sonnet-4-5", "shows what goes, and asks"]],
  call: async (typed, app) => {
    const { removeModels } = await import("../../app/models/remove.ts");
    return removeModels({ name: typed.args[0] ?? "", yes: typed.flag("yes") }, app);
  },
  text: (report) => changeText(report, `${report.model} removed from`),
});
