/** Where goat-dev's own section begins and ends, whatever else is in the file. */
const section = /<!-- goat-dev[^\n]*-->[\s\S]*?<!-- \/goat-dev -->\r?\n?/;

/** An AGENTS.md with this section: in the place of an older one, else at its end. Every other byte stays. */
export function withSection(text: string, wanted: string): string {
  if (section.test(text)) return text.replace(section, () => wanted);
  const start = text === "" || text.endsWith("\n") ? text : `${text}\n`;
  return start === "" ? wanted : `${start}\n${wanted}`;
}
