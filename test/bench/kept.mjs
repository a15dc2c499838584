// The figures of the last run, in kept.json. With --gate they are what the new ones are held against, and stay as they are.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { align } from "./figures.mjs";

/** How much more a figure may be than the kept one. */
const tolerance = 0.3;

const file = join(import.meta.dirname, "kept.json");

export async function createKept({ gate, about }) {
  const before = JSON.parse(await readFile(file, "utf8").catch(() => '{"figures":{}}'));
  const figures = {};
  const keep = (name, value, unit) => {
    if (Number.isFinite(value)) figures[name] = { value: Number(value.toPrecision(3)), unit };
  };
  /** Names what got worse; where it is no gate, the new figures are kept. */
  const close = async (say) => {
    const names = Object.keys(figures);
    if (names.length === 0) return [];
    const rows = names.map((name) => [name, textOf(before.figures[name]), textOf(figures[name])]);
    say(`${align([["", "kept", "now"], ...rows])}\n`);
    if (gate) return names.filter((name) => isWorse(before.figures[name], figures[name]));
    const all = { about, figures: { ...before.figures, ...figures } };
    await writeFile(file, `${JSON.stringify(all, null, 2)}\n`);
    return [];
  };
  return { keep, close };
}

function isWorse(kept, now) {
  return kept !== undefined && now.value > kept.value * (1 + tolerance);
}

function textOf(figure) {
  return figure === undefined ? "-" : `${figure.value} ${figure.unit}`.trim();
}
