import { decoration } from "../../platform/decoration.ts";
import { guarded } from "./errors.ts";
import type { Reader } from "./reader.ts";

interface Top {
  readonly Titles?: readonly string[];
  readonly Processes?: readonly (readonly string[])[] | null;
}

const topLimitMs = 2_000;

/** Bytes from `ps -o pid,rss`, which counts in KiB; null where the engine's ps answered something else. */
export const residentBytes = (top: Top): number | null => {
  const column = (top.Titles ?? []).findIndex((title) => title.toUpperCase() === "RSS");
  if (column === -1) return null;
  const sizes = (top.Processes ?? []).map((row) => Number.parseInt(row[column] ?? "", 10));
  return sizes.some(Number.isNaN) ? null : sizes.reduce((sum, kib) => sum + kib * 1024, 0);
};

const memoryOf = async (
  reader: Reader,
  container: string,
  signal: AbortSignal,
): Promise<readonly [string, number][]> => {
  // All processes (-e): where ps runs inside of the container, as Podman has it, it would show only those of its own terminal.
  const query = { ps_args: "-eo pid,rss" };
  const bytes = await decoration(signal, topLimitMs, async (limited) =>
    residentBytes((await reader.json(`/containers/${container}/top`, limited, query)) as Top),
  );
  return bytes === null ? [] : [[container, bytes]];
};

/** `local` knows what can be seen without the engine. A container whose memory cannot be had has no number. */
export const memory = async (
  reader: Reader,
  containers: readonly string[],
  signal: AbortSignal,
  local: (container: string) => number | null,
): Promise<Readonly<Record<string, number>>> => {
  const found = await Promise.all(
    containers.map(async (container) => {
      const bytes = local(container);
      return bytes === null ? memoryOf(reader, container, signal) : [[container, bytes] as const];
    }),
  );
  return Object.fromEntries(found.flat());
};

interface DiskUse {
  readonly Volumes?: readonly { readonly Name: string; readonly UsageData?: { readonly Size: number } | null }[] | null;
}

/** Asks for volumes only, which engines before API 1.42 answer with everything. */
export const volumeSizes = (
  reader: Reader,
  volumes: readonly string[],
  signal: AbortSignal,
): Promise<Readonly<Record<string, number | null>>> =>
  guarded({ verb: "read", subject: "volume sizes" }, signal, async () => {
    if (volumes.length === 0) return {};
    const use = (await reader.json("/system/df", signal, { type: "volume" })) as DiskUse;
    const sizes = new Map((use.Volumes ?? []).map((volume) => [volume.Name, volume.UsageData?.Size ?? -1]));
    return Object.fromEntries(
      volumes.map((name) => {
        const size = sizes.get(name) ?? -1;
        return [name, size < 0 ? null : size];
      }),
    );
  });
