/** A value in SQL, on one line: a server in single-user mode takes a line for a statement. */
export const quoteText = (text: string): string =>
  `E'${text.replaceAll("\\", "\\\\").replaceAll("'", "''").replaceAll("\n", "\\n").replaceAll("\r", "\\r")}'`;

export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`;
