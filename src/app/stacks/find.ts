import { describe } from "../../errors/describe.ts";
import type { ObservedStack } from "../../model/observed.ts";
import type { StackSpec } from "../../model/stack.ts";
import { decoration } from "../../platform/deadline.ts";
import { isGone } from "../../platform/files.ts";
import { type KnownStack, knownStacks } from "../../project/registry.ts";
import { resolveSettings } from "../../project/settings.ts";
import { userStateFolder } from "../../project/state.ts";
import type { App, OpenedEngine } from "../app.ts";

/** A stack on this machine, whichever project it belongs to. */
export interface FoundStack extends OpenedEngine {
  readonly observed: ObservedStack;
  /** Null where nothing says it. */
  readonly folder: string | null;
  /** The folder is not there any more. */
  readonly gone: boolean;
  readonly known: KnownStack | null;
}

export interface Found {
  readonly stacks: readonly FoundStack[];
  /** Why some may be missing. */
  readonly remarks: readonly string[];
}

/** Every stack on this machine: those of the Docker engine, and those that known projects run without Docker. */
export async function findStacks(app: App): Promise<Found> {
  const known = knownStacks(userStateFolder(app));
  const [docker, local] = await Promise.all([onDocker(known, app), withoutDocker(known, app)]);
  return { stacks: [...docker.stacks, ...local.stacks], remarks: [...docker.remarks, ...local.remarks] };
}

async function onDocker(known: readonly KnownStack[], app: App): Promise<Found> {
  const { dockerHost } = resolveSettings({ flags: { dockerHost: app.options.dockerHost }, env: app.env, xGoat: null });
  try {
    const opened = await app.openEngine({ ...nobody, wanted: "docker", dockerHost });
    return { stacks: await stacksOn(opened, known, app), remarks: [] };
  } catch (error) {
    const { code, message } = describe(error);
    if (code !== "engine-unreachable") throw error;
    return { stacks: [], remarks: [`${message}: its stacks are left out`] };
  }
}

async function withoutDocker(known: readonly KnownStack[], app: App): Promise<Found> {
  const folders = new Set(known.flatMap(({ engine, stateDir }) => (engine === "embedded" ? [stateDir] : [])));
  const found = [...folders]
    .filter((stateDir) => !isGone(stateDir))
    .map(async (stateDir) => {
      const opened = await app.openEngine({ ...nobody, wanted: "embedded", stateDir });
      return opened.info.kind === "embedded" ? stacksOn(opened, known, app) : [];
    });
  return { stacks: (await Promise.all(found)).flat(), remarks: [] };
}

async function stacksOn(opened: OpenedEngine, known: readonly KnownStack[], { signal }: App): Promise<FoundStack[]> {
  const { engine, info } = opened;
  const names = await engine.stacks(signal);
  const found = names.map(async (name) => {
    const observed = await engine.observe({ stack: name, images: [] }, signal);
    const noted = known.find(
      ({ stack, engine: kind, endpoint }) => stack === name && kind === info.kind && endpoint === info.endpoint,
    );
    const folder = noted?.folder ?? originOf(observed);
    return { ...opened, observed, folder, gone: folder !== null && isGone(folder), known: noted ?? null };
  });
  return Promise.all(found);
}

/** The project's folder, as the stack's containers and volumes name it; null where none does. */
function originOf({ services, volumes }: ObservedStack): string | null {
  return [...services, ...volumes].find(({ origin }) => origin !== null)?.origin?.folder ?? null;
}

/** The engine may have to read through all of its data to tell the sizes. */
const SIZES_LIMIT_MS = 10_000;

/** Bytes of a stack's volumes; null where the engine cannot say in time. */
export async function sizeOf({ engine, observed }: FoundStack, { signal }: App): Promise<number | null> {
  const names = observed.volumes.map(({ name }) => name);
  const sizes = await decoration(signal, SIZES_LIMIT_MS, (limited) => engine.volumeSizes(names, limited));
  const known = names.map((name) => sizes?.[name] ?? null);
  return known.includes(null) ? null : known.reduce<number>((sum, bytes) => sum + (bytes ?? 0), 0);
}

/** A stack of which nothing is known but its name. */
export function unknownStack(name: string): StackSpec {
  return {
    name,
    workingDir: "/",
    configFiles: [],
    environmentFiles: [],
    services: [],
    networks: [],
    volumes: [],
  };
}

const nobody = { recorded: null, dockerHost: null, stateDir: "/", stack: unknownStack("goat") };
