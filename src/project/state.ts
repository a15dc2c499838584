import { createHash } from "node:crypto";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { messageOf, systemCode } from "../errors/describe.ts";
import { fieldsOf } from "../model/fields.ts";
import { atomicWrite } from "../platform/files.ts";
import { readTextIfThere } from "../platform/text-file.ts";
import { type EngineKind, engineKinds } from "./settings.ts";

export interface State {
  /** What was kept under this name (such as proof.json), or undefined where nothing readable is. */
  readJson(name: string): unknown;
  writeJson(name: string, value: unknown): Promise<Kept>;
}

/** Whether state was written. State is a convenience: a failure is a warning, and never stops the work. */
type Kept = { readonly ok: true } | { readonly ok: false; readonly warning: string };

/** What the next command has to know of the last `up`. */
export interface StackState {
  /** The engine of the last `up`, which has the data. Null before the first `up`, and once the data is deleted. */
  readonly engine: EngineKind | null;
  /** True in a demo: its models answer from the config, without a provider. */
  readonly demo: boolean;
}

/** Makes the folder where it is missing, with mode 0700 and a .gitignore for all of it. */
export async function ensureStateFolder(folder: string): Promise<Kept> {
  try {
    await makeFolder(folder);
    return { ok: true };
  } catch (error) {
    return { ok: false, warning: `cannot keep state in ${folder}: ${systemCode(error) ?? messageOf(error)}` };
  }
}

async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700).catch(() => undefined);
  await writeFile(join(folder, ".gitignore"), "*\n", { flag: "wx" }).catch((error: unknown) => {
    if (systemCode(error) !== "EEXIST") throw error;
  });
}

export function openState(folder: string): State {
  return {
    readJson: (name) => {
      try {
        const text = readTextIfThere(join(folder, name));
        return text === undefined ? undefined : JSON.parse(text);
      } catch {
        return undefined;
      }
    },
    writeJson: async (name, value) => {
      const folderKept = await ensureStateFolder(folder);
      if (!folderKept.ok) return folderKept;
      try {
        await atomicWrite(join(folder, name), `${JSON.stringify(value, null, 2)}\n`, 0o600);
        return { ok: true };
      } catch (error) {
        return { ok: false, warning: messageOf(error) };
      }
    },
  };
}

interface UserFolders {
  readonly platform: string;
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The user's state folder on this platform, for locks, claims and known stacks. */
export function userStateFolder({ platform, home, env }: UserFolders): string {
  const xdg = env["XDG_STATE_HOME"];
  if (xdg?.startsWith("/") === true) return join(xdg, "goat-dev");
  return platform === "darwin"
    ? join(home, "Library", "Application Support", "goat-dev")
    : join(home, ".local", "state", "goat-dev");
}

/** The user's cache folder, for all projects: what the embedded engine installs, and can install again. */
export function userCacheFolder({ platform, home, env }: UserFolders): string {
  const xdg = env["XDG_CACHE_HOME"];
  if (xdg?.startsWith("/") === true) return join(xdg, "goat-dev");
  return platform === "darwin" ? join(home, "Library", "Caches", "goat-dev") : join(home, ".cache", "goat-dev");
}

/** The path of a stack's lock: one for each engine and project name. */
export function lockPath(folder: string, engine: string, stack: string): string {
  return join(folder, "locks", stackEntry(engine, stack));
}

/** A file name for a stack on an engine. */
export function stackEntry(engine: string, stack: string): string {
  const hash = createHash("sha256").update(engine).digest("hex").slice(0, 12);
  return `${stack.replace(/[^\w.-]/g, "_")}-${hash}`;
}

/** The path of a stack's claim, which says what project its containers and volumes belong to. */
export function claimPath(folder: string, engine: string, stack: string): string {
  return join(folder, "claims", `${stackEntry(engine, stack)}.json`);
}

const file = "last-up.json";

export function readStackState(state: State): StackState {
  const fields = fieldsOf(state.readJson(file));
  return {
    engine: engineKinds.find((kind) => kind === fields["engine"]) ?? null,
    demo: fields["demo"] === true,
  };
}

/** Returns a warning where it cannot be written, else null. */
export async function writeStackState(state: State, value: StackState): Promise<string | null> {
  const before = readStackState(state);
  if (before.engine === value.engine && before.demo === value.demo) return null;
  const kept = await state.writeJson(file, value);
  return kept.ok ? null : kept.warning;
}
