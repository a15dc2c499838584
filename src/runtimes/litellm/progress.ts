import type { Progress } from "../../engine/engine.ts";

const units: Readonly<Record<string, number>> = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 };

/** Takes a program's line; gives what it tells, or null where it tells nothing new. */
export type ReadProgress = (line: string) => Progress | null;

/** uv names the packages that are large, when it begins and ends to fetch each. */
export function readUv(title: string): ReadProgress {
  const sizes = new Map<string, number>();
  let done = 0;
  const total = (): number => [...sizes.values()].reduce((sum, size) => sum + size, 0);
  return (line) => {
    const [, fetching, number, unit] = /^\s*Downloading (\S+) \(([\d.]+)\s?(B|KiB|MiB|GiB)\)/.exec(line) ?? [];
    const [, fetched] = /^\s*Downloaded (\S+)/.exec(line) ?? [];
    if (fetching !== undefined) sizes.set(fetching, bytesOf(number ?? "0", unit ?? "B"));
    if (fetched !== undefined) done += sizes.get(fetched) ?? 0;
    if (fetching !== undefined || fetched !== undefined) {
      return { text: `${title}: fetching packages`, current: done, total: total() };
    }
    const [, prepared] = /^Prepared (\d+) packages?/.exec(line) ?? [];
    if (prepared !== undefined) return { text: `${title}: unpacking ${prepared} packages` };
    const [, installed] = /^Installed (\d+) packages?/.exec(line) ?? [];
    return installed === undefined ? null : { text: `${title}: compiling ${installed} packages` };
  };
}

function bytesOf(number: string, unit: string): number {
  return Math.round(Number(number) * (units[unit] ?? 1));
}

/** pip names every package as it comes to it. */
export function readPip(title: string, packages: number): ReadProgress {
  let ignored = 0;
  let count = 0;
  return (line) => {
    if (line.startsWith("Ignoring ")) ignored += 1;
    if (line.startsWith("Installing collected packages")) return { text: `${title}: unpacking ${count} packages` };
    if (!line.startsWith("Collecting ")) return null;
    count += 1;
    return { text: `${title}: fetching package ${count} of ${Math.max(count, packages - ignored)}` };
  };
}

/** Pieces of any size as whole lines. */
export function byLine(take: (line: string) => void): (text: string) => void {
  let rest = "";
  return (text) => {
    const lines = (rest + text).split(/\r\n|\r|\n/);
    rest = lines.pop() ?? "";
    for (const line of lines) take(line);
  };
}
