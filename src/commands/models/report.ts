import { list, plural } from "../../platform/text.ts";
import type { Context, Input } from "../old-command.ts";
import { type FileEdit, makeEdits } from "./change.ts";
import type { ModelsProject } from "./open.ts";
import { openRunning, takeOver } from "./take-over.ts";

export interface Change {
  /** As typed after goat-dev, for messages and --yes. */
  readonly command: string;
  readonly edits: readonly FileEdit[];
  /** `claude-sonnet-4-5 added to`, before the files' names. */
  readonly what: string;
  /** Names that the gateway has to list afterwards. */
  readonly wanted: readonly string[];
  /** What a user should know beside it. */
  readonly remarks: readonly string[];
}

/** Makes the edits, has a running gateway take them over, and says what came of it. */
export const carryOutChange = async (
  project: ModelsProject,
  change: Change,
  input: Input,
  context: Context,
): Promise<void> => {
  const { command, edits, what, wanted, remarks } = change;
  const verb = command.split(" ").slice(0, 2).join(" ");
  // Where the running gateway is another folder's, nothing is written that it would have to read.
  if (edits.some((edit) => edit.path === project.local.path && edit.before !== edit.after))
    await openRunning(project.access, async () => project.session, verb, context);
  const { files, diff } = await makeEdits(edits, command, input, context);
  const isLocal = files.some((path) => path === project.local.path);
  const gateway = isLocal
    ? await takeOver(project, wanted, verb, input, context).catch((error: unknown) => {
        const text = `wrote ${list(files)} all the same; git diff shows it`;
        context.emit({ type: "notice", level: "warning", text });
        throw error;
      })
    : null;
  const { service } = project.access;
  const served = wanted.length === 0 ? plural(gateway?.models.length ?? 0, "model") : list(wanted);
  const state =
    gateway === null
      ? []
      : [
          gateway.running
            ? `${service} serves ${served}.`
            : `${service} is not running: goat-dev up takes it into use.`,
        ];
  context.emit({
    type: "result",
    data: { ok: true, files, diff, gateway: gateway ?? { running: null, models: [] }, remarks },
    text: [`${what} ${files.length === 0 ? "no file" : list(files)}.`, ...state, ...remarks].join("\n"),
  });
};
