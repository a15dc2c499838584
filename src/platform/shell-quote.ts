const plain = /^[\w@%+=:,./-]+$/;

/** A word for sh, bash and zsh. */
export const quoteForSh = (value: string): string =>
  plain.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`;

/** A word for fish, where a backslash counts between single quotes too. */
export const quoteForFish = (value: string): string => `'${value.replace(/[\\']/g, "\\$&")}'`;

/** A word for PowerShell, which takes typographic quotes for quotes. */
export const quoteForPowerShell = (value: string): string => `'${value.replace(/['\u2018-\u201b]/g, "$&$&")}'`;
