const plain = /^[\w@%+=:,./-]+$/;

/** A word for sh, bash and zsh. */
export function quoteForSh(value: string): string {
  return plain.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`;
}

/** A word for fish, where a backslash counts between single quotes too. */
export function quoteForFish(value: string): string {
  return `'${value.replace(/[\\']/g, "\\$&")}'`;
}

/** A word for PowerShell, which takes typographic quotes for quotes. */
export function quoteForPowerShell(value: string): string {
  return `'${value.replace(/['\u2018-\u201b]/g, "$&$&")}'`;
}

/** A value for .env, as Compose reads it back: bare where it can be, else in single quotes, else in double quotes. */
export function quoteValue(value: string): string {
  if (value === "" || needsNoQuotes.test(value)) return value;
  const swallowsQuote = /\\$/.test(value);
  return value.includes("'") || value.includes("\r") || swallowsQuote ? doubleQuoted(value) : `'${value}'`;
}

const needsNoQuotes = /^[^\s\p{Cc}'"`$#\\]+$/u;

function doubleQuoted(value: string): string {
  const escaped = value
    .replace(/[\\"$]/g, "\\$&")
    .replaceAll("\n", "\\n")
    .replaceAll("\r", "\\r");
  return `"${escaped}"`;
}
