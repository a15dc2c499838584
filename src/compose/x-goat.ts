import type { Role } from "../model/stack.ts";
import { checkKeys } from "./check-keys.ts";
import { type Field, readDuration, readMapping, readOneOf, readText } from "./fields.ts";
import type { Located } from "./located.ts";
import { present } from "./present.ts";
import { readKey } from "./scope.ts";
import { supported } from "./supported.ts";

/** `x-goat:` of a service: what Compose cannot say. */
export interface GoatBlock {
  readonly role?: Role;
  /** Read once the service's ports are known. */
  readonly ready?: Located;
  readonly timeoutMs?: number;
  readonly embedded?: { readonly recipe: string };
}

const readEmbedded = (field: Field): { readonly recipe: string } | undefined => {
  const mapping = readMapping(field);
  const recipe = mapping && readKey(mapping, "recipe", field.report, readText);
  if (mapping !== undefined && recipe === undefined) field.report.error(field.node.at, '"embedded" needs a "recipe"');
  return recipe === undefined ? undefined : { recipe };
};

export const readGoat = (field: Field): GoatBlock | undefined => {
  const { report } = field;
  const mapping = readMapping(field);
  if (mapping === undefined) return undefined;
  checkKeys(mapping, supported.goat, report);
  return present({
    role: readKey(mapping, "role", report, (inner) => readOneOf(inner, ["database", "tracing", "gateway", "other"])),
    ready: readKey(mapping, "ready", report, ({ node }) => node),
    timeoutMs: readKey(mapping, "timeout", report, readDuration),
    embedded: readKey(mapping, "embedded", report, readEmbedded),
  });
};
