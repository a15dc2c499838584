const kinds: readonly (readonly [RegExp, string])[] = [
  [/[“”„‟‘’‚‛«»]/u, "curly quotes"],
  [/[\r\n]/, "a line break"],
  [/(?![\r\n])\p{Cc}/u, "a control character"],
  [/(?![“”„‟‘’‚‛«»])[^\p{ASCII}]/u, "a letter outside ASCII"],
  [/^ | $/, "a space at its start or end"],
];

/** What in a key no HTTP header can carry, in words that do not give the key away; null where it can be sent. */
export function unsendable(key: string): string | null {
  const found = kinds.filter(([pattern]) => pattern.test(key)).map(([, kind]) => kind);
  return found.length === 0 ? null : found.join(" and ");
}
