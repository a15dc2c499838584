import { stat } from "node:fs/promises";
import { GoatError } from "../../errors/goat-error.ts";
import { diffLines } from "../../gateway/edit/diff.ts";
import { atomicWrite } from "../../platform/files.ts";
import { list, plural } from "../../platform/text.ts";
import { readTextIfThere } from "../../platform/text-file.ts";
import type { App } from "../app.ts";
import type { ModelsProject } from "./open.ts";
import { openRunning, restartGateway } from "./restart-gateway.ts";

/** One file's text before and after. */
export interface FileEdit {
  readonly source: string;
  readonly path: string;
  readonly before: string;
  readonly after: string;
}

/** The outcome of a change to the configs. */
export interface ModelsChangeReport {
  readonly ok: true;
  /** The model's name. */
  readonly model: string;
  /** The files that were written, as messages name them. */
  readonly files: readonly string[];
  /** The lines of the diff that was shown. */
  readonly diff: readonly string[];
  readonly gateway: {
    /** The service's name in the Compose file. */
    readonly service: string;
    /** Whether it runs; null where this machine's gateway does not read the files that were written. */
    readonly running: boolean | null;
    /** The models that it lists after the change; empty where it was not asked. */
    readonly models: readonly string[];
  };
  readonly remarks: readonly string[];
}

interface Change {
  /** What was typed after goat-dev, for messages and --yes. */
  readonly command: string;
  /** Nobody is asked. */
  readonly yes: boolean;
  readonly edits: readonly FileEdit[];
  /** Names that the gateway has to list afterwards. */
  readonly wanted: readonly string[];
  /** What a user should know beside it. */
  readonly remarks: readonly string[];
}

/** Makes the edits, and has a running gateway read them. Throws confirmation-needed, interrupted, file-unwritable, and what `restart` throws. */
export async function carryOutChange(
  { access, session, local }: ModelsProject,
  model: string,
  change: Change,
  app: App,
): Promise<ModelsChangeReport> {
  const { command, edits, wanted, remarks } = change;
  const verb = command.split(" ").slice(0, 2).join(" ");
  // Throws before anything is written where the running gateway belongs to another folder.
  if (edits.some((edit) => edit.path === local.path && edit.before !== edit.after)) {
    await openRunning(access, async () => session, verb, app);
  }
  const { files, diff } = await makeEdits(edits, change, app);
  const { service } = access;
  if (!files.includes(local.path)) {
    return { ok: true, model, files, diff, gateway: { service, running: null, models: [] }, remarks };
  }
  const gateway = await restartGateway(access, wanted, verb, app).catch((error: unknown) => {
    const text = `wrote ${list(files)} all the same; git diff shows it`;
    app.emit({ type: "notice", level: "warning", text });
    throw error;
  });
  return { ok: true, model, files, diff, gateway: { service, ...gateway }, remarks };
}

interface Written {
  /** As messages name them. */
  readonly files: readonly string[];
  /** The lines of the diff that was shown. */
  readonly diff: readonly string[];
}

/** Shows what would change, asks, and writes all of the files or none. Throws confirmation-needed, interrupted, file-unwritable. */
async function makeEdits(
  edits: readonly FileEdit[],
  { command, yes }: { readonly command: string; readonly yes: boolean },
  app: App,
): Promise<Written> {
  const changed = edits.filter(({ before, after }) => before !== after);
  const files = changed.map(({ path }) => path);
  const diffs = changed.map(({ path, before, after }) => [path, ...diffLines(before, after)]);
  if (changed.length > 0) {
    const text = diffs.map((lines) => lines.join("\n  ")).join("\n\n");
    app.emit({ type: "notice", level: "info", text });
    if (!yes) await confirm(files, command, app);
  }
  await writeAll(changed);
  return { files, diff: diffs.flat() };
}

async function confirm(paths: readonly string[], command: string, { ask }: App): Promise<void> {
  if (ask === null) {
    throw new GoatError("confirmation-needed", `this changes ${list(paths)}, and nobody is here to ask`, {
      fixes: [{ command: `goat-dev ${command} --yes`, effect: "makes the changes without asking" }],
    });
  }
  if (await ask.confirm(`Change ${plural(paths.length, "file")} like this?`, true)) return;
  throw new GoatError("interrupted", "nothing was changed");
}

async function writeAll(edits: readonly FileEdit[]): Promise<void> {
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
}

function changedMeanwhile(path: string): GoatError {
  return new GoatError("file-unwritable", `${path} changed while you were asked; nothing was written`, {
    fixes: [{ command: `git diff ${path}`, effect: "shows what changed" }],
  });
}

async function write(path: string, text: string): Promise<void> {
  const { mode } = await stat(path);
  await atomicWrite(path, text, mode & 0o777);
}

/** Options by name in camel case, as they were given; undefined and false where they were not. */
type GivenOptions = Readonly<Record<string, string | boolean | undefined>>;

const plain = /^[\w./:@<>=+-]+$/;

/** The command line to type again, without `goat-dev` before it and without --yes. */
export function typedCommand(words: readonly string[], options: GivenOptions): string {
  const given = Object.entries(options).flatMap(([name, value]) => {
    const long = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    if (typeof value === "string") return [long, plain.test(value) ? value : JSON.stringify(value)];
    return value === true ? [long] : [];
  });
  return [...words, ...given].join(" ");
}
