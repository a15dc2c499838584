import { nearest } from "../platform/text.ts";
import type { Report } from "./diagnostics.ts";
import { type Entry, isNull, type Mapping } from "./located.ts";
import type { KeyTable } from "./supported.ts";

const isEmpty = ({ value }: Entry): boolean =>
  isNull(value) ||
  (value.kind === "list" && value.items.length === 0) ||
  (value.kind === "map" && value.entries.size === 0);

const judge = (entry: Entry, table: KeyTable, report: Report): void => {
  const { key, at } = entry;
  const reason = Object.hasOwn(table.refused, key) ? table.refused[key] : undefined;
  // Nothing in it changes nothing.
  if (reason !== undefined && isEmpty(entry)) return;
  if (reason !== undefined) report.error(at, `"${key}" is not supported: ${reason}`);
  else if (table.ignored.includes(key)) report.warning(at, `"${key}" is ignored`);
  else {
    const near = nearest(key, [...table.read, ...Object.keys(table.refused), ...table.ignored]);
    report.error(at, `unknown key "${key}"${near === undefined ? "" : `: did you mean "${near}"?`}`);
  }
};

/** Reports every key that is not read; `x-` keys are anybody's own. */
export const checkKeys = (mapping: Mapping, table: KeyTable, report: Report): void => {
  for (const entry of mapping.entries.values()) {
    if (!table.read.includes(entry.key) && !entry.key.startsWith("x-")) judge(entry, table, report);
  }
};
