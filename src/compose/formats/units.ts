const sizes: Readonly<Record<string, number>> = {
  "": 1,
  k: 1024,
  m: 1024 ** 2,
  g: 1024 ** 3,
  t: 1024 ** 4,
  p: 1024 ** 5,
};

/** Compose's sizes (`512m`, `1gb`, `1.5 GiB`, `1024`) in bytes; undefined where it is none. */
export function parseBytes(text: string): number | undefined {
  const match = /^(\d+\.?\d*|\.\d+) ?(?:([kmgtp])(?:i?b)?|b)?$/i.exec(text);
  if (match === null || match[1] === undefined) return undefined;
  const bytes = Math.trunc(Number(match[1]) * (sizes[(match[2] ?? "").toLowerCase()] ?? 1));
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

const unitsMs: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  "\u00b5s": 1e-3,
  "\u03bcs": 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** Compose's durations (`1h5m30s20ms`, `1.5s`) in milliseconds; undefined where it is none. */
export function parseDuration(text: string): number | undefined {
  const body = text.replace(/^\+/, "");
  if (body === "0") return 0;
  if (!/^(?:(?:\d+\.?\d*|\.\d+)[^\d.]+)+$/.test(body)) return undefined;
  let total = 0;
  for (const [, amount, unit] of body.matchAll(/([\d.]+)([^\d.]+)/g)) {
    const size = unitsMs[unit ?? ""];
    if (size === undefined) return undefined;
    total += Number(amount) * size;
  }
  return Number.isFinite(total) ? Math.round(total * 1e6) / 1e6 : undefined;
}

/** Milliseconds as Compose prints them: `1h5m30.02s`, `1m0s`, `500ms`. */
export function formatComposeDuration(durationMs: number): string {
  if (durationMs === 0) return "0s";
  if (durationMs < 1e-3) return `${trimZeros(durationMs * 1e6, 0)}ns`;
  if (durationMs < 1) return `${trimZeros(durationMs * 1e3, 3)}µs`;
  if (durationMs < 1_000) return `${trimZeros(durationMs, 6)}ms`;
  const hours = Math.floor(durationMs / 3_600_000);
  const minutes = Math.floor((durationMs % 3_600_000) / 60_000);
  const seconds = `${trimZeros((durationMs % 60_000) / 1_000, 9)}s`;
  if (hours > 0) return `${hours}h${minutes}m${seconds}`;
  return minutes > 0 ? `${minutes}m${seconds}` : seconds;
}

function trimZeros(value: number, digits: number): string {
  return String(Number(value.toFixed(digits)));
}
