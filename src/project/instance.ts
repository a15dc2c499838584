import { isRecord } from "../model/fields.ts";
import { isGone, isSameFile } from "../platform/files.ts";
import { openState } from "./state.ts";

/** A stack of its own for one checkout: a name, and ports beside those of the others. */
export interface Instance {
  readonly name: string;
  /** The `.goat-dev` that it was kept in first, to tell a moved folder from a copied one. */
  readonly stateDir: string;
  /** Port variable -> port. */
  readonly ports: Readonly<Record<string, number>>;
  /** What .env said of each when it was chosen: what it says otherwise since then is meant so. */
  readonly written: Readonly<Record<string, string | null>>;
}

const file = "instance.json";

/** What this project's folder keeps; null where it has none, or a copy of what another folder has. */
export function readInstance(stateDir: string): Instance | null {
  const value = openState(stateDir).readJson(file);
  if (!isInstance(value)) return null;
  return isSameFile(value.stateDir, stateDir) || isGone(value.stateDir) ? value : null;
}

/** Returns a warning where it cannot be kept. */
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

/** What an instance sets, over .env as it was then; the shell goes before it. */
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

/** So far apart that no block of three meets the next one's. */
const blockStep = 10;

/** Every block of ports, in order: the file's own ports, each further on. */
export function* portBlocks(base: Readonly<Record<string, number>>): Generator<Readonly<Record<string, number>>> {
  for (let step = blockStep; Object.values(base).every((port) => port + step < 65_536); step += blockStep) {
    yield Object.fromEntries(Object.entries(base).map(([name, port]) => [name, port + step]));
  }
}

/** The ports that variables of a Compose file move, with what they are where none is set: `${LITELLM_PORT:-4000}`. */
export function portVariables(text: string): Readonly<Record<string, number>> {
  const found = text.matchAll(/\$\{(\w*PORT\w*):?-(\d{2,5})\}/g);
  return Object.fromEntries([...found].map(([, name, port]) => [name, Number(port)]));
}
