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
