import { isDeepStrictEqual } from "node:util";
import { GoatError } from "../../errors/goat-error.ts";
import { type Fields, isRecord } from "../../model/fields.ts";
import { readGatewayConfig } from "../config.ts";
import { type ConfigText, entriesIn } from "./model-list.ts";
import { parseSource } from "./yaml-source.ts";

interface Change {
  readonly added: readonly Fields[];
  readonly removed: readonly Fields[];
}

/**
 * Parses the edited text again and returns it if its data differs from before by this change alone. Throws
 * gateway-config-invalid otherwise.
 */
export function verified(before: ConfigText, text: string, change: Change): string {
  try {
    readGatewayConfig(text, before.path);
  } catch (error) {
    if (!(error instanceof GoatError)) throw error;
    throw refused(before, [error.message, ...error.evidence]);
  }
  const [old, edited] = [treeOf(before.text), treeOf(text)];
  const rest = (tree: unknown): unknown => (isRecord(tree) ? { ...tree, model_list: [] } : tree);
  const isRestSame = isDeepStrictEqual(rest(old), rest(edited));
  const [kept, stayed] = [without(entriesIn(old), change.removed), without(entriesIn(edited), change.added)];
  if (isRestSame && kept !== null && isDeepStrictEqual(kept, stayed)) return text;
  throw refused(before, ["something else in the file would change its meaning"]);
}

function refused({ path }: ConfigText, why: readonly string[]): GoatError {
  return new GoatError(
    "gateway-config-invalid",
    `${path} could not be read any more after this edit; nothing was written`,
    {
      evidence: why,
      fixes: [{ command: `$EDITOR ${path}`, effect: "edits it by hand" }],
    },
  );
}

function treeOf(text: string): unknown {
  return parseSource(text, "1.1").data();
}

/** The entries without one occurrence of each entry in `taken`; null where one of those is missing. */
function without(entries: readonly Fields[], taken: readonly Fields[]): readonly Fields[] | null {
  const left = [...entries];
  for (const entry of taken) {
    const index = left.findLastIndex((candidate) => isDeepStrictEqual(candidate, entry));
    if (index === -1) return null;
    left.splice(index, 1);
  }
  return left;
}
