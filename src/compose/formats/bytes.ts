const sizes: Readonly<Record<string, number>> = {
  "": 1,
  k: 1024,
  m: 1024 ** 2,
  g: 1024 ** 3,
  t: 1024 ** 4,
  p: 1024 ** 5,
};

/** Compose's sizes (`512m`, `1gb`, `1.5 GiB`, `1024`) in bytes; undefined where it is none. */
export const parseBytes = (text: string): number | undefined => {
  const match = /^(\d+\.?\d*|\.\d+) ?(?:([kmgtp])(?:i?b)?|b)?$/i.exec(text);
  if (match === null || match[1] === undefined) return undefined;
  const bytes = Math.trunc(Number(match[1]) * (sizes[(match[2] ?? "").toLowerCase()] ?? 1));
  return Number.isSafeInteger(bytes) ? bytes : undefined;
};
