import type { EnableReport } from "../../app/models/switch.ts";
import { command } from "../command.ts";
import { changeText } from "./change-text.ts";

export const enable = command<EnableReport>({
  name: "enable",
  summary: "take an entry in that is commented out, or point a vLLM entry elsewhere",
  arguments: "<name>",
  options: [
    { flags: "--workspace <name>", description: "your Modal workspace: fills in where the model is served" },
    { flags: "--environment <suffix>", description: "the Modal environment's suffix (goat)" },
    { flags: "--url <url>", description: "any other server's address" },
    { flags: "-y, --yes", description: "do not ask" },
  ],
  examples: [["goat-dev models enable qwen3-4b-local --workspace my-workspace", "served by Modal"]],
  call: async (typed, app) => {
    const { enable } = await import("../../app/models/switch.ts");
    const [workspace, environment, url] = [typed.text("workspace"), typed.text("environment"), typed.text("url")];
    return enable({ name: typed.args[0] ?? "", workspace, environment, url, yes: typed.flag("yes") }, app);
  },
  text: (report) => {
    const { model, moved } = report;
    return changeText(report, moved ? `${model} moved in` : `${model} taken into use in`, model);
  },
});
