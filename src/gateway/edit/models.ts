import { GoatError } from "../../errors/goat-error.ts";
import { disabledEntries } from "./disabled.ts";
import { insertFlowItem, insertLines, removeFlowItem, removeLines } from "./lines.ts";
import { type ConfigText, type ModelList, readModelList } from "./model-list.ts";
import { entryData, entryLines, type NewEntry } from "./new-entry.ts";
import { verified } from "./verify.ts";

/**
 * The config with one entry more, at the end of its list; every other byte stays.
 * Throws usage where the name is taken, gateway-config-invalid where the text cannot be edited.
 */
export function addModel(config: ConfigText, entry: NewEntry): string {
  const list = readModelList(config);
  refuseTaken(config, list, entry.name);
  return verified(config, withEntry(config.text, list, entry), { added: [entryData(entry)], removed: [] });
}

function refuseTaken({ path, text }: ConfigText, list: ModelList, name: string): void {
  const taken = list.items.find((item) => item.name === name);
  if (taken !== undefined) {
    const place = list.source.placeAt(taken.node?.range?.[0] ?? taken.start);
    throw new GoatError("usage", `${name} is in ${path} already (line ${place.split(":", 1)[0]})`, {
      fixes: [
        { command: `goat-dev models remove ${name}`, effect: "takes it out first" },
        { command: `$EDITOR ${path}`, effect: "a second entry of one name shares its load, and is written by hand" },
      ],
    });
  }
  const disabled = disabledEntries(text, list.items[0]?.indent ?? null).find((found) => found.name === name);
  if (disabled === undefined) return;
  throw new GoatError("usage", `${name} is in ${path} already, commented out (line ${disabled.line})`, {
    fixes: [{ command: `goat-dev models enable ${name}`, effect: "puts it into use" }],
  });
}

function withEntry(text: string, { layout, items }: ModelList, entry: NewEntry): string {
  if (layout.kind === "flow") {
    return insertFlowItem(text, { open: layout.open, items }, JSON.stringify(entryData(entry)));
  }
  if (layout.kind === "empty") return insertLines(text, layout.at, entryLines(entry, { indent: 2, gap: 1, step: 2 }));
  return insertLines(text, items.at(-1)?.end ?? text.length, entryLines(entry, layout.style));
}

/**
 * The config without the entries of this name, commented-out ones included; the same text where there are none. Throws
 * gateway-config-invalid where the text cannot be edited.
 */
export function removeModel(config: ConfigText, name: string): string {
  const list = readModelList(config);
  const active = removeActive(config, list, name);
  const indent = list.items[0]?.indent ?? null;
  const disabled = disabledEntries(active, indent).filter((found) => found.name === name);
  const text = disabled.reduceRight((current, { start, end }) => removeLines(current, start, end), active);
  return text === active ? active : verified({ ...config, text: active }, text, { added: [], removed: [] });
}

/** Removes the last entry first, and reads the list again after each, because a removal moves other entries. */
function removeActive(config: ConfigText, { layout, items }: ModelList, name: string): string {
  const index = items.findLastIndex((item) => item.name === name);
  const item = items[index];
  if (item === undefined) return config.text;
  const cut =
    layout.kind === "flow" ? removeFlowItem(config.text, items, index) : removeLines(config.text, item.start, item.end);
  const text = verified(config, cut, { added: [], removed: [item.data] });
  if (!items.some((other) => other !== item && other.name === name)) return text;
  const rest = { ...config, text };
  return removeActive(rest, readModelList(rest), name);
}
