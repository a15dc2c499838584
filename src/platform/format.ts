/** `0 B`, `512 B`, `48 MB`, `1.2 GB`: powers of 1024 under the names people use. */
export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = Math.max(0, bytes);
  let unit = 0;
  while (unit < units.length - 1 && Math.round(value) >= 1024) {
    value /= 1024;
    unit += 1;
  }
  const precise = unit >= 3 && value < 10 ? Math.round(value * 10) / 10 : Math.round(value);
  return withUnit(precise, units[unit] ?? "B");
}

function withUnit(value: number, unit: string): string {
  return `${value} ${unit}`;
}

/** A measured time in milliseconds as text: `450 ms`, `1.2 s`, `42 s`, `2 min 5 s`. */
export function formatDuration(ms: number): string {
  if (ms < 100) return withUnit(Math.max(0, Math.round(ms)), "ms");
  const tenths = Math.round(ms / 100) / 10;
  if (tenths < 60) return `${tenths < 10 ? tenths.toFixed(1) : formatTenths(tenths)} s`;
  const seconds = Math.round(ms / 1000);
  const rest = seconds % 60;
  return rest === 0 ? withUnit(seconds / 60, "min") : `${Math.floor(seconds / 60)} min ${rest} s`;
}

function formatTenths(seconds: number): string {
  return Number.isInteger(seconds) ? String(seconds) : seconds.toFixed(1);
}

/** An age in milliseconds, rounded down to its largest unit: `5 s`, `14 min`, `2 h`, `3 d`. */
export function formatAge(ms: number): string {
  const steps: readonly (readonly [number, string])[] = [
    [86_400_000, "d"],
    [3_600_000, "h"],
    [60_000, "min"],
  ];
  for (const [size, unit] of steps) if (ms >= size) return withUnit(Math.floor(ms / size), unit);
  return withUnit(Math.max(0, Math.floor(ms / 1000)), "s");
}

/** US dollars with the digits that matter: `$0.00002`, `$0.42`, `$12.50`. */
export function formatMoney(dollars: number): string {
  if (dollars === 0) return "$0";
  const size = Math.abs(dollars);
  const sign = dollars < 0 ? "-" : "";
  if (size >= 0.1) return `${sign}$${size.toFixed(2)}`;
  const digits = Math.min(12, Math.ceil(-Math.log10(size)) + 1);
  return `${sign}$${size.toFixed(digits).replace(/0+$/, "")}`;
}

/** A path as a person in this folder would write it. */
export function shortPath({ cwd, home }: { readonly cwd: string; readonly home: string }, path: string): string {
  if (path.startsWith(`${cwd}/`)) return path.slice(cwd.length + 1);
  return path.startsWith(`${home}/`) ? `~/${path.slice(home.length + 1)}` : path;
}
