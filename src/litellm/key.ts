const kinds: readonly (readonly [RegExp, string])[] = [
  [/[“”„‟‘’‚‛«»]/u, "curly quotes"],
  [/[\r\n]/, "a line break"],
  [/(?![\r\n])\p{Cc}/u, "a control character"],
  [/(?![“”„‟‘’‚‛«»])[^\p{ASCII}]/u, "a letter outside ASCII"],
  [/^ | $/, "a space at its start or end"],
];

/** What a key holds that cannot travel in an HTTP header, in words that do not give it away; null where it can. */
export function unsendable(key: string): string | null {
  const found = kinds.filter(([pattern]) => pattern.test(key)).map(([, kind]) => kind);
  return found.length === 0 ? null : found.join(" and ");
}
