import type { CloudSecretsReport } from "../../app/cloud/secrets.ts";
import { plural } from "../../platform/text.ts";
import { command } from "../command.ts";
import { env, envOption, yes } from "./options.ts";

export const modalSecretsSync = command<CloudSecretsReport>({
  name: "sync",
  summary: "write the keys of .env to Modal's secrets; says which, and asks",
  arguments: "[secret...]",
  options: [env, yes, { flags: "--all", description: "also what has not changed since it was written" }],
  examples: [
    ["goat-dev modal secrets sync", "all that dev/modal-secrets.json lists"],
    ["goat-dev modal secrets sync goat-llm-providers --yes", "one, in a script"],
  ],
  call: async (typed, app) => {
    const { syncSecrets } = await import("../../app/cloud/secrets.ts");
    const [all, yes] = [typed.flag("all"), typed.flag("yes")];
    return syncSecrets({ environment: typed.text("env"), secrets: typed.args, all, yes }, app);
  },
  text: ({ secrets, environment }) => {
    const written = secrets.filter(({ outcome }) => outcome === "created" || outcome === "replaced").length;
    if (written === 0) return "Nothing to write: all is as it was written last (--all writes it again).";
    const deploy = `goat-dev modal deploy${envOption(environment)}`;
    return `Wrote ${plural(written, "secret")}. What runs already takes them over with: ${deploy}`;
  },
});
