import { stripVTControlCharacters, styleText } from "node:util";
import { eastAsianWidth } from "get-east-asian-width";

type Look = Parameters<typeof styleText>[0];

/** Paints text, or leaves it as it is. */
export type Paint = (look: Look, text: string) => string;

const escapeCode = String.fromCharCode(27);

const colorCode = new RegExp(`${escapeCode}\\[[\\d;]*m`, "g");

const plain = /^[\x20-\x7e]*$/;

/** Made where a text needs it: most hold nothing but ASCII. */
let graphemes: Intl.Segmenter | undefined;

/** The caller decides on colour (NO_COLOR, FORCE_COLOR, --no-color, terminal or not). */
export function createPaint(color: boolean): Paint {
  return color ? (look, text) => styleText(look, text, { validateStream: false }) : (_look, text) => text;
}

/** Columns of a text on a terminal: colour codes and combining characters take none, East Asian ones and emoji two. */
export function visibleWidth(text: string): number {
  const shown = stripVTControlCharacters(text);
  if (plain.test(shown)) return shown.length;
  graphemes ??= new Intl.Segmenter("en", { granularity: "grapheme" });
  let width = 0;
  for (const { segment } of graphemes.segment(shown)) width += widthOfGrapheme(segment);
  return width;
}

function widthOfGrapheme(grapheme: string): number {
  const seen = grapheme.replace(/^[\p{Control}\p{Mark}\p{Default_Ignorable_Code_Point}]+/u, "");
  if (seen === "") return 0;
  const isEmoji = /^(?:\p{Emoji}\u{fe0f}|\p{Regional_Indicator}{2})/u.test(seen);
  return isEmoji ? 2 : eastAsianWidth(seen.codePointAt(0) ?? 0);
}

/** Padded to a visible width; longer text stays whole. */
export function padTo(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - visibleWidth(text)));
}

/** Foreign text fit for a terminal: no cursor movement, no bells; colours only where colours are wanted. */
export function tame(text: string, color: boolean): string {
  if (plain.test(text)) return text;
  const codes = color ? (text.match(colorCode) ?? []) : [];
  if (codes.length === 0) return clean(text);
  const kept = text.split(colorCode).map((part, index) => clean(part) + (codes[index] ?? ""));
  return `${kept.join("")}${escapeCode}[0m`;
}

function clean(text: string): string {
  return stripVTControlCharacters(text).replace(/\p{Cc}/gu, (found) => (found === "\t" || found === "\n" ? found : ""));
}
