import type { InitReport } from "../app/init/init.ts";
import { shortPath } from "../platform/format.ts";
import { list } from "../platform/text.ts";
import { command, type Reader } from "./command.ts";

export const init = command<InitReport>({
  name: "init",
  summary:
    "put dev/, .env.example and ignore lines into this repository, under a stack name of its own; overwrites nothing unasked",
  options: [
    {
      flags: "--example <language>",
      description: "an example client too: typescript, python or go",
      repeats: true,
      choices: ["typescript", "python", "go"],
    },
    { flags: "--agents", description: "a section of AGENTS.md too, which says to coding agents how to work with it" },
    { flags: "--devcontainer", description: "a container to work in, with the gateway in it: .devcontainer" },
    { flags: "--github-action", description: "a workflow that tests against a gateway: .github/workflows" },
    { flags: "--dry-run, --plan", description: "show what would be written, and write nothing" },
    { flags: "-y, --yes", description: "do not ask; what differs is kept" },
    { flags: "--force", description: "overwrite what differs" },
  ],
  examples: [
    ["goat-dev init", "shows what it will write, and asks"],
    ["goat-dev init --yes --example python", "for scripts, with a client in Python"],
  ],
  call: async (typed, app) => {
    const { init } = await import("../app/init/init.ts");
    const [plan, yes, force] = [typed.flag("plan"), typed.flag("yes"), typed.flag("force")];
    const also = [
      ...(typed.flag("devcontainer") ? (["devcontainer"] as const) : []),
      ...(typed.flag("githubAction") ? (["github-action"] as const) : []),
    ];
    return init({ examples: typed.texts("example"), agents: typed.flag("agents"), also, plan, yes, force }, app);
  },
  text: async (report, typed, reader) =>
    typed.flag("plan") ? (await import("../app/init/init.ts")).planText(report, reader) : doneText(report, reader),
});

function doneText({ root, name, files }: InitReport, reader: Reader): string {
  const written = files.filter((file) => file.written);
  const kept = files.filter((file) => file.state === "differs" && !file.written).map(({ path }) => path);
  const lines = written.map(({ path, note }) => `✔ ${[path, note].filter((part) => part !== undefined).join("   ")}`);
  if (written.length === 0) lines.push(`nothing to write in ${shortPath(reader, root)}`);
  if (kept.length > 0) lines.push(`- kept, though they differ: ${list(kept)}   goat-dev init --force overwrites them`);
  return [...lines, "", `The stack is called ${name}. Next: goat-dev up`].join("\n");
}
