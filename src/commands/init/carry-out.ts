import { mkdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { GoatError } from "../../errors/goat-error.ts";
import { atomicWrite, unwritable } from "../../platform/files.ts";
import { renderTable } from "../../platform/table.ts";
import { plural } from "../../platform/text.ts";
import type { Context, Input } from "../command.ts";
import { shortPath } from "../session.ts";
import type { InitPlan, PlannedFile } from "./plan.ts";

/** Writes what is agreed on, and returns it. Throws confirmation-needed, interrupted, file-unwritable. */
export const carryOutInit = async (plan: InitPlan, input: Input, context: Context): Promise<readonly PlannedFile[]> => {
  const files = await chosenFiles(plan, input, context);
  for (const file of files) await write(plan.root, file);
  return files;
};

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
        evidence: initText(plan, context).split("\n"),
        fixes: [{ command: "goat-dev init --yes", effect: "writes what is new, keeps what differs" }],
      },
    );
  }
  context.emit({ type: "notice", level: "info", text: initText(plan, context) });
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

/** Every file with what becomes of it. */
export const initText = ({ root, name, files }: InitPlan, context: Context): string => {
  const rows = files.map(({ path, state, note }) => [path, words[state], note ?? ""]);
  const place = shortPath(context, root);
  return `${place}: the stack ${name}\n${renderTable(["FILE", "", ""], rows)}`;
};
