import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import { allProcesses, residentBytes, withDescendants } from "../../platform/process-table.ts";
import { allContainers, type Host, placeOf, running } from "./host.ts";
import { volumeFolder } from "./project-store.ts";
import { readRecord } from "./records.ts";

/** Container -> resident bytes of its processes. */
export async function memory(host: Host, containers: readonly string[]): Promise<Readonly<Record<string, number>>> {
  const alive = (await running(allContainers(host))).filter(
    ({ name, record }) => containers.includes(name) || containers.includes(record.id),
  );
  if (alive.length === 0) return {};
  const rows = await allProcesses();
  return Object.fromEntries(
    alive.map(({ name, record }) => [
      containers.includes(name) ? name : record.id,
      residentBytes(withDescendants(rows, record.process?.pid ?? 0)),
    ]),
  );
}

export async function volumeSizes(
  host: Host,
  volumes: readonly string[],
): Promise<Readonly<Record<string, number | null>>> {
  const place = placeOf(host);
  const size = async (name: string): Promise<number | null> =>
    place === null || readRecord(place, "volumes", name) === undefined ? null : sizeOf(volumeFolder(place, name));
  return Object.fromEntries(await Promise.all(volumes.map(async (name) => [name, await size(name)] as const)));
}

/** What vanishes meanwhile counts as nothing. */
async function sizeOf(path: string): Promise<number> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) return 0;
  if (!found.isDirectory()) return found.blocks > 0 ? found.blocks * 512 : found.size;
  const entries = await readdir(path).catch(() => []);
  let sum = 0;
  for (const entry of entries) sum += await sizeOf(join(path, entry));
  return sum;
}
