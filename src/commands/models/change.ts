import { stat } from "node:fs/promises";
import { GoatError } from "../../errors/goat-error.ts";
import { diffLines } from "../../gateway/edit/diff.ts";
import { atomicWrite } from "../../platform/files.ts";
import { list, plural } from "../../platform/text.ts";
import { readTextIfThere } from "../../platform/text-file.ts";
import type { Context, Input } from "../old-command.ts";

/** One file's text before and after. */
export interface FileEdit {
  readonly source: string;
  readonly path: string;
  readonly before: string;
  readonly after: string;
}

export interface Written {
  /** As messages name them. */
  readonly files: readonly string[];
  /** What was shown, in lines. */
  readonly diff: readonly string[];
}

/** Shows what would change, asks, and writes all of the files or none. Throws confirmation-needed, interrupted, file-unwritable. */
export const makeEdits = async (
  edits: readonly FileEdit[],
  command: string,
  input: Input,
  context: Context,
): Promise<Written> => {
  const changed = edits.filter(({ before, after }) => before !== after);
  const files = changed.map(({ path }) => path);
  const diffs = changed.map(({ path, before, after }) => [path, ...diffLines(before, after)]);
  if (changed.length > 0) {
    const text = diffs.map((lines) => lines.join("\n  ")).join("\n\n");
    context.emit({ type: "notice", level: "info", text });
    if (!input.flag("yes")) await confirm(files, command, context);
  }
  await writeAll(changed);
  return { files, diff: diffs.flat() };
};

const confirm = async (paths: readonly string[], command: string, { ask }: Context): Promise<void> => {
  if (ask === null) {
    throw new GoatError("confirmation-needed", `this changes ${list(paths)}, and nobody is here to ask`, {
      fixes: [{ command: `goat-dev ${command} --yes`, effect: "makes the changes without asking" }],
    });
  }
  if (await ask.confirm(`Change ${plural(paths.length, "file")} like this?`, true)) return;
  throw new GoatError("interrupted", "nothing was changed");
};

const writeAll = async (edits: readonly FileEdit[]): Promise<void> => {
  const written: FileEdit[] = [];
  try {
    for (const edit of edits) {
      if (readTextIfThere(edit.source) !== edit.before) throw changedMeanwhile(edit.path);
      await write(edit.source, edit.after);
      written.push(edit);
    }
  } catch (error) {
    for (const edit of written) await write(edit.source, edit.before).catch(() => undefined);
    throw error;
  }
};

const write = async (path: string, text: string): Promise<void> => {
  const { mode } = await stat(path);
  await atomicWrite(path, text, mode & 0o777);
};

const changedMeanwhile = (path: string): GoatError =>
  new GoatError("file-unwritable", `${path} changed while you were asked; nothing was written`, {
    fixes: [{ command: `git diff ${path}`, effect: "shows what changed" }],
  });
