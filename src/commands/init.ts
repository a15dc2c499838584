import { GoatError } from "../errors/goat-error.ts";
import { list, nearest } from "../platform/text.ts";
import type { Context, Run } from "./command.ts";
import { carryOutInit, initText } from "./init/carry-out.ts";
import { type InitPlan, type PlannedFile, planInit } from "./init/plan.ts";
import { shortPath } from "./session.ts";

export const init: Run = async (input, context) => {
  const plan = planInit({
    cwd: context.cwd,
    packageRoot: context.packageRoot,
    version: context.version,
    projectName: context.global.text("projectName"),
    examples: examplesOf(input.texts("example")),
  });
  if (input.flag("plan"))
    return void context.emit({ type: "result", data: dataOf(plan, []), text: initText(plan, context) });
  const files = await carryOutInit(plan, input, context);
  context.emit({ type: "result", data: dataOf(plan, files), text: endOf(plan, files, context) });
  return undefined;
};

const folders: Readonly<Record<string, string>> = { typescript: "example", python: "python", go: "go" };

const examplesOf = (languages: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    languages.map((language) => {
      const folder = folders[language];
      if (folder !== undefined) return [`examples/${language}`, folder];
      const known = Object.keys(folders);
      throw new GoatError("usage", `--example is ${JSON.stringify(language)}, and should be ${list(known, "or")}`, {
        fixes: [{ command: `goat-dev init --example ${nearest(language, known) ?? "python"}`, effect: "for example" }],
      });
    }),
  );

const dataOf = ({ root, name, files }: InitPlan, written: readonly PlannedFile[]) => ({
  root,
  name,
  files: files.map((file) => ({ path: file.path, state: file.state, written: written.includes(file) })),
});

const endOf = (plan: InitPlan, written: readonly PlannedFile[], context: Context): string => {
  const kept = plan.files.filter((file) => file.state === "differs" && !written.includes(file)).map(({ path }) => path);
  const lines = written.map(({ path, note }) => `✔ ${[path, note].filter((part) => part !== null).join("   ")}`);
  if (written.length === 0) lines.push(`nothing to write in ${shortPath(context, plan.root)}`);
  if (kept.length > 0) lines.push(`- kept, though they differ: ${list(kept)}   goat-dev init --force overwrites them`);
  return [...lines, "", `The stack is called ${plan.name}. Next: goat-dev up`].join("\n");
};
