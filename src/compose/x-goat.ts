import type { EmbeddedRecipe, ReloadSpec, Role } from "../model/stack.ts";
import {
  checkKeys,
  type Field,
  present,
  readBoolean,
  readCommand,
  readDuration,
  readKey,
  readMapping,
  readOneOf,
  readOptionalKey,
  readText,
  readTexts,
} from "./fields.ts";
import { supported } from "./supported.ts";
import type { Located } from "./tree.ts";

/** `x-goat:` of a service: settings for which Compose has no key. */
export interface GoatBlock {
  readonly role?: Role;
  /** Kept as it was written: it can be read only once the service's ports are known. */
  readonly ready?: Located;
  readonly timeoutMs?: number;
  /** How the service runs without Docker: by a recipe of goat-dev's, or by a command of this machine. */
  readonly embedded?: EmbeddedRecipe;
  readonly reload?: ReloadSpec;
  /** Services in `depends_on` that may start at the same time as this one, since it waits for them itself. */
  readonly overlap?: readonly string[];
}

export function readGoat(field: Field): GoatBlock | undefined {
  const { report } = field;
  const mapping = readMapping(field);
  if (mapping === undefined) return undefined;
  checkKeys(mapping, supported.goat, report);
  return present({
    role: readKey(mapping, "role", report, (inner) => readOneOf(inner, ["database", "tracing", "gateway", "other"])),
    ready: readKey(mapping, "ready", report, ({ node }) => node),
    timeoutMs: readKey(mapping, "timeout", report, readDuration),
    embedded: readKey(mapping, "embedded", report, readEmbedded),
    reload: readKey(mapping, "reload", report, readReload),
    overlap: readKey(mapping, "overlap", report, readTexts),
  });
}

function readReload(field: Field): ReloadSpec | undefined {
  const { report, node } = field;
  const mapping = readMapping(field);
  if (mapping === undefined) return undefined;
  checkKeys(mapping, supported.reload, report);
  const command = readOptionalKey(mapping, "command", report, readCommand);
  if (command === undefined || command.length === 0) {
    report.error(node.at, '"reload" needs the "command" of its launcher');
    return undefined;
  }
  const texts = (key: string): readonly string[] => readKey(mapping, key, report, readTexts) ?? [];
  return { command, files: texts("files"), environment: texts("environment") };
}

function readEmbedded(field: Field): EmbeddedRecipe | undefined {
  const { report, node } = field;
  const mapping = readMapping(field);
  if (mapping === undefined) return undefined;
  checkKeys(mapping, supported.embedded, report);
  const recipe = readKey(mapping, "recipe", report, readText);
  const command = readOptionalKey(mapping, "command", report, readCommand);
  const database = readKey(mapping, "database", report, readBoolean);
  if (command === undefined) {
    // A mistake in one of the keys has already been reported.
    if (mapping.entries.size === 0) report.error(node.at, '"embedded" needs a "recipe", a "command" or "database"');
    return present({ recipe, database });
  }
  if (command.length === 0) report.error(node.at, '"command" needs a program to run');
  if (recipe !== undefined && recipe !== "command") {
    report.error(node.at, `"embedded" takes a "recipe" or a "command": the recipe ${recipe} has its own`);
  }
  return present({ recipe: "command", command, database });
}
