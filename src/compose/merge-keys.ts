import type { Report } from "./diagnostics.ts";
import { type Entry, isBroken, type Located } from "./located.ts";

/** YAML's `<<`: takes over what is not set yet; of a list of mappings the first wins. */
export const mergeKeys = (entries: Map<string, Entry>, source: Located, report: Report): void => {
  if (isBroken(source)) return;
  if (source.kind === "scalar") {
    report.error(source.at, '"<<" needs a mapping or a list of mappings');
  } else if (source.kind === "list") {
    for (const item of source.items) {
      if (item.kind === "map") mergeKeys(entries, item, report);
      else if (!isBroken(item)) report.error(item.at, '"<<" needs mappings in its list');
    }
  } else {
    for (const entry of source.entries.values()) {
      if (!entries.has(entry.key)) entries.set(entry.key, entry);
    }
  }
};
