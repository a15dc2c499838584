import { mkdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { GoatError } from "../errors/goat-error.ts";
import { atomicWrite, unwritable } from "../platform/files.ts";
import { renderTable } from "../platform/table.ts";
import { list, nearest, plural } from "../platform/text.ts";
import type { Context, Input, Run } from "./command.ts";
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
    return void context.emit({ type: "result", data: dataOf(plan, []), text: textOf(plan, context) });
  const files = await chosenFiles(plan, input, context);
  for (const file of files) await write(plan.root, file);
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

/** What to write, after asking. What differs is kept unless --force or a person's yes says otherwise. Throws confirmation-needed, interrupted. */
const chosenFiles = async (plan: InitPlan, input: Input, context: Context): Promise<readonly PlannedFile[]> => {
  const added = plan.files.filter(({ state }) => state === "new" || state === "extended");
  const differing = plan.files.filter(({ state }) => state === "differs");
  const overwritten = input.flag("force") ? differing : [];
  const { ask } = context;
  if (added.length + differing.length === 0 || input.flag("yes")) return [...added, ...overwritten];
  if (ask === null) {
    throw new GoatError(
      "confirmation-needed",
      `this writes into ${shortPath(context, plan.root)}, and nobody is here to ask`,
      {
        evidence: textOf(plan, context).split("\n"),
        fixes: [{ command: "goat-dev init --yes", effect: "writes what is new, keeps what differs" }],
      },
    );
  }
  context.emit({ type: "notice", level: "info", text: textOf(plan, context) });
  if (added.length + overwritten.length > 0) {
    const question = `Write ${plural(added.length + overwritten.length, "file")}?`;
    if (!(await ask.confirm(question, true))) throw nothingWritten();
  }
  if (input.flag("force")) return [...added, ...overwritten];
  const agreed: PlannedFile[] = [];
  for (const file of differing) {
    if (await ask.confirm(`Overwrite ${file.path}, which differs?`, false)) agreed.push(file);
  }
  return [...added, ...agreed];
};

const nothingWritten = (): GoatError =>
  new GoatError("interrupted", "nothing was written", {
    fixes: [{ command: "goat-dev init --plan", effect: "shows what would be" }],
  });

/** Throws file-unwritable. */
const write = async (root: string, { path, text }: PlannedFile): Promise<void> => {
  const target = join(root, path);
  const before = await stat(target).catch(() => null);
  await mkdir(dirname(target), { recursive: true }).catch((error: unknown) => {
    throw unwritable(target, error);
  });
  await atomicWrite(target, text, before === null ? 0o644 : before.mode & 0o777);
};

const words: Readonly<Record<PlannedFile["state"], string>> = {
  new: "new",
  extended: "changed",
  differs: "kept: differs",
  same: "kept",
};

const textOf = ({ root, name, files }: InitPlan, context: Context): string => {
  const rows = files.map(({ path, state, note }) => [path, words[state], note ?? ""]);
  const place = shortPath(context, root);
  return `${place}: the stack ${name}\n${renderTable(["FILE", "", ""], rows)}`;
};

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
