import type { Ended, Evidence, Heard } from "../../doctor/failures/evidence.ts";
import type { Engine } from "../../engine/engine.ts";
import type { ObservedStack } from "../../model/observed.ts";
import type { ServiceSpec } from "../../model/stack.ts";
import { databaseUsers } from "./database-users.ts";

const LOOK_LIMIT_MS = 2_000;

const LOG_LINES = 200;

/** The service that is looked into, and where it runs. */
export interface Scene {
  readonly engine: Engine;
  readonly service: ServiceSpec;
  readonly container: string;
  /** The stack's name. */
  readonly stack: string;
}

/** What can be seen of a service that is not well; what cannot be had in time is left out. */
export async function gather(
  scene: Scene,
  seen: { readonly ended: Ended | null; readonly heard: Heard | null },
): Promise<Evidence> {
  const { engine, service, container, stack } = scene;
  const limit = AbortSignal.timeout(LOOK_LIMIT_MS);
  const [observed, info] = await Promise.all([
    engine.observe({ stack, images: [] }, limit).catch(() => null),
    engine.probe(limit).catch(() => null),
  ]);
  const found = observed?.services.find((each) => each.container === container);
  const isLogin = seen.heard?.reason === "wrong-password";
  const [log, users] = await Promise.all([
    ownLines(scene, found?.startedAt ?? null),
    isLogin ? databaseUsers(scene, AbortSignal.timeout(LOOK_LIMIT_MS)).catch(() => null) : null,
  ]);
  const startError = seen.ended?.startError ?? found?.startError ?? null;
  const ended = seen.ended === null ? null : { ...seen.ended, startError };
  const product = info?.product === undefined ? {} : { product: info.product };
  const volumes = volumesOf(service, observed);
  return { service, engine: engine.kind, ...product, ended, heard: seen.heard, log, users, volumes };
}

/** "volume goat_postgres-data was made on 2026-11-02"; nothing where the engine cannot say. */
function volumesOf({ run }: ServiceSpec, observed: ObservedStack | null): readonly string[] {
  const keys = (run.docker?.mounts ?? []).flatMap((mount) => (mount.kind === "volume" ? [mount.volume] : []));
  return (observed?.volumes ?? [])
    .filter((volume) => keys.includes(volume.key) && volume.createdAt !== null)
    .map((volume) => `volume ${volume.name} was made on ${volume.createdAt?.slice(0, 10)}`);
}

/** Log lines since its last start, as an earlier problem may be fixed by now; older ones where there are none yet. */
async function ownLines(scene: Scene, startedAt: string | null): Promise<readonly string[]> {
  const own = await lastLines(scene, startedAt);
  return own.length > 0 || startedAt === null ? own : lastLines(scene, null);
}

/** None where the engine cannot give them any more. */
async function lastLines({ engine, service, container }: Scene, since: string | null): Promise<readonly string[]> {
  const lines: string[] = [];
  const signal = AbortSignal.timeout(LOOK_LIMIT_MS);
  const options = { containers: [{ service: service.name, container }], follow: false, tail: LOG_LINES, since, signal };
  try {
    for await (const line of engine.logs(options)) lines.push(line.line);
  } catch {
    // The failure that is being told matters more than a log that cannot be read.
  }
  return lines.filter((line) => line.trim() !== "");
}
