import { isRecord } from "../model/fields.ts";
import { isGone, isSameFile } from "../platform/files.ts";
import { openState } from "./state.ts";

/** A stack of its own for one checkout: a name, and ports beside those of the others. */
export interface Instance {
  readonly name: string;
  /** The `.goat-dev` that it was first written to; it tells a moved folder from a copied one. */
  readonly stateDir: string;
  /** Port variable -> port. */
  readonly ports: Readonly<Record<string, number>>;
  /** What .env said of each port when it was chosen: a value that .env got since then wins over the chosen port. */
  readonly written: Readonly<Record<string, string | null>>;
}

const file = "instance.json";

/** The project's instance; null where it has none, or was copied with it from a folder that is still there. */
export function readInstance(stateDir: string): Instance | null {
  const value = openState(stateDir).readJson(file);
  if (!isInstance(value)) return null;
  return isSameFile(value.stateDir, stateDir) || isGone(value.stateDir) ? value : null;
}

/** Returns a warning where it cannot be written, else null. */
export async function writeInstance(instance: Instance): Promise<string | null> {
  const kept = await openState(instance.stateDir).writeJson(file, instance);
  return kept.ok ? null : kept.warning;
}

function isInstance(value: unknown): value is Instance {
  return (
    isRecord(value) &&
    typeof value["name"] === "string" &&
    typeof value["stateDir"] === "string" &&
    isRecord(value["ports"]) &&
    Object.values(value["ports"]).every((port) => typeof port === "number") &&
    isRecord(value["written"]) &&
    Object.values(value["written"]).every((text) => text === null || typeof text === "string")
  );
}

/** The stack's name. */
export function stackOf({ name }: Pick<Instance, "name">): string {
  return `goat-${name}`;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** The variables that an instance sets over .env; without ports that the shell sets, or that .env changed since. */
export function instanceVariables(
  instance: Instance,
  { shell, written }: { readonly shell: Variables; readonly written: Variables },
): Readonly<Record<string, string>> {
  const ports = Object.entries(instance.ports).filter(
    ([name]) => shell[name] === undefined && (written[name] ?? null) === (instance.written[name] ?? null),
  );
  return {
    COMPOSE_PROJECT_NAME: stackOf(instance),
    ...Object.fromEntries(ports.map(([name, port]) => [name, String(port)])),
  };
}

/** The distance between two blocks of ports, so that blocks of three ports do not overlap. */
const blockStep = 10;

/** Every block of ports, in order: the Compose file's own ports, all moved up by one more step each time. */
export function* portBlocks(base: Readonly<Record<string, number>>): Generator<Readonly<Record<string, number>>> {
  for (let step = blockStep; Object.values(base).every((port) => port + step < 65_536); step += blockStep) {
    yield Object.fromEntries(Object.entries(base).map(([name, port]) => [name, port + step]));
  }
}

/** The variables that set ports in a Compose file, with their default values: `${LITELLM_PORT:-4000}`. */
export function portVariables(text: string): Readonly<Record<string, number>> {
  const found = text.matchAll(/\$\{(\w*PORT\w*):?-(\d{2,5})\}/g);
  return Object.fromEntries([...found].map(([, name, port]) => [name, Number(port)]));
}
