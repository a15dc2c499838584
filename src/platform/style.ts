import { stripVTControlCharacters, styleText } from "node:util";

type Look = Parameters<typeof styleText>[0];

/** Paints text, or leaves it as it is. */
export type Paint = (look: Look, text: string) => string;

/** The caller decides on colour (NO_COLOR, FORCE_COLOR, --no-color, terminal or not). */
export const createPaint = (color: boolean): Paint =>
  color ? (look, text) => styleText(look, text, { validateStream: false }) : (_look, text) => text;

const isWide = (point: number): boolean =>
  (point >= 0x1100 && point <= 0x115f) ||
  (point >= 0x2e80 && point <= 0xa4cf) ||
  (point >= 0xac00 && point <= 0xd7a3) ||
  (point >= 0xf900 && point <= 0xfaff) ||
  (point >= 0xfe30 && point <= 0xfe6f) ||
  (point >= 0xff00 && point <= 0xff60) ||
  (point >= 0x1f300 && point <= 0x1faff);

/** Columns a text takes on a terminal: colours take none, East Asian characters and emoji two. */
export const visibleWidth = (text: string): number => {
  let width = 0;
  for (const character of stripVTControlCharacters(text)) {
    if (/\p{Mark}|\u200d|\ufe0f/u.test(character)) continue;
    width += isWide(character.codePointAt(0) ?? 0) ? 2 : 1;
  }
  return width;
};

/** Padded to a visible width; longer text stays whole. */
export const padTo = (text: string, width: number): string =>
  text + " ".repeat(Math.max(0, width - visibleWidth(text)));

const escapeCode = String.fromCharCode(27);
const colorCode = new RegExp(`${escapeCode}\\[[\\d;]*m`, "g");

const clean = (text: string): string =>
  stripVTControlCharacters(text).replace(/\p{Cc}/gu, (found) => (found === "\t" || found === "\n" ? found : ""));

/** Foreign text fit for a terminal: no cursor movement, no bells; colours only where colours are wanted. */
export const tame = (text: string, color: boolean): string => {
  const codes = color ? (text.match(colorCode) ?? []) : [];
  if (codes.length === 0) return clean(text);
  const kept = text.split(colorCode).map((part, index) => clean(part) + (codes[index] ?? ""));
  return `${kept.join("")}${escapeCode}[0m`;
};
