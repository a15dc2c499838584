import type { CloudUrlReport } from "../../app/cloud/address.ts";
import { command } from "../command.ts";
import { env, workspace } from "./options.ts";

export const modalUrl = command<CloudUrlReport>({
  name: "url",
  summary: "where the gateway or a model answers",
  arguments: "[target]",
  options: [env, workspace],
  examples: [["goat-dev modal url", "the gateway's, as OPENAI_BASE_URL"]],
  call: async (typed, app) => {
    const { cloudUrl } = await import("../../app/cloud/address.ts");
    const [environment, workspace] = [typed.text("env"), typed.text("workspace")];
    return cloudUrl({ environment, workspace, targets: typed.args }, app);
  },
  text: ({ url }) => url,
});
