import type { App } from "../app.ts";
import { type FoundStack, findStacks, sizeOf } from "./find.ts";

export interface StackRow {
  readonly name: string;
  readonly engine: "docker" | "embedded";
  /** The engine's product, where its kind is `docker` and it is not Docker, such as Podman; else null. */
  readonly product: string | null;
  /** The engine's address; without Docker the project's state folder. */
  readonly endpoint: string;
  /** The project's; null where nothing says it. */
  readonly folder: string | null;
  /** The folder is not there any more: `prune` offers such a stack. */
  readonly gone: boolean;
  readonly services: number;
  readonly running: number;
  /** The ports of this machine that it publishes; where it publishes none now, those of its last `up`. */
  readonly ports: readonly number[];
  /** The size of its volumes in bytes; null where the engine does not tell it in time. */
  readonly bytes: number | null;
  /** ISO time of its last `up`; null where nobody noted it. */
  readonly usedAt: string | null;
}

export interface StacksReport {
  readonly stacks: readonly StackRow[];
  /** Why some may be missing. */
  readonly remarks: readonly string[];
}

/** Every stack of this machine, on both engines. */
export async function stacks(_input: object, app: App): Promise<StacksReport> {
  const { stacks, remarks } = await findStacks(app);
  return { stacks: await Promise.all(stacks.map((found) => rowOf(found, app))), remarks };
}

async function rowOf(found: FoundStack, app: App): Promise<StackRow> {
  const { observed, info, folder, gone, known } = found;
  const services = observed.services.filter(({ oneOff }) => !oneOff);
  const ports = services.flatMap((service) => service.ports.flatMap(({ host }) => host ?? []));
  return {
    name: observed.name,
    engine: info.kind,
    product: info.product ?? null,
    endpoint: info.endpoint,
    folder,
    gone,
    services: services.length,
    running: services.filter(({ state }) => state === "running").length,
    ports: [...new Set(ports.length > 0 ? ports : (known?.ports ?? []))].sort((a, b) => a - b),
    bytes: await sizeOf(found, app),
    usedAt: known?.usedAt ?? null,
  };
}
