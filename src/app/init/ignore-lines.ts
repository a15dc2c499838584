/** A line that has to be there, and how others write the same. */
interface Wanted {
  readonly line: string;
  readonly same: readonly string[];
}

const wanted: readonly Wanted[] = [
  { line: ".env", same: [".env", "/.env", ".env*", "/.env*", "*.env"] },
  { line: ".goat-dev/", same: [".goat-dev", ".goat-dev/", "/.goat-dev", "/.goat-dev/", ".goat-dev*"] },
];

/** Patterns that would hide the template, and the line that brings it back. */
const hidesTemplate = [".env*", "/.env*", ".env.*", "/.env.*"];
const showsTemplate = "!.env.example";

/** The lines that a .gitignore lacks, so that keys and state stay out of git and the template gets in. */
export function missingIgnoreLines(text: string): readonly string[] {
  const lines = patterns(text);
  const missing = wanted.filter(({ same }) => !isIgnored(lines, same)).map(({ line }) => line);
  const hidden = lines.findLastIndex((line) => hidesTemplate.includes(line));
  const shown = lines.findLastIndex((line) => line.replace("!/", "!") === showsTemplate);
  return hidden > shown ? [...missing, showsTemplate] : missing;
}

/** Lines as git reads them; the last that fits counts. */
function patterns(text: string): readonly string[] {
  return text
    .replace(/^\ufeff/, "")
    .split(/\r?\n/)
    .map((line) => line.trimEnd())
    .filter((line) => line !== "" && !line.startsWith("#"));
}

function isIgnored(lines: readonly string[], same: readonly string[]): boolean {
  const last = lines.findLast((line) => same.includes(line.replace(/^!/, "")));
  return last !== undefined && !last.startsWith("!");
}

/** A .gitignore with what it lacks at its end; every byte before stays. */
export function withIgnoreLines(text: string): string {
  const missing = missingIgnoreLines(text);
  if (missing.length === 0) return text;
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  const start = text === "" || text.endsWith("\n") ? text : text + newline;
  return start + missing.map((line) => line + newline).join("");
}
