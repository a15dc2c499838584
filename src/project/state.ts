import { createHash } from "node:crypto";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { messageOf, systemCode } from "../errors/describe.ts";
import { atomicWrite } from "../platform/files.ts";
import { readTextIfThere } from "../platform/text-file.ts";

/** State is a convenience: what cannot be kept is told, and never stops the work. */
type Kept = { readonly ok: true } | { readonly ok: false; readonly warning: string };

export interface State {
  /** What was kept under this name (such as proof.json), or undefined where nothing readable is. */
  readJson(name: string): unknown;
  writeJson(name: string, value: unknown): Promise<Kept>;
}

const makeFolder = async (folder: string): Promise<void> => {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700).catch(() => undefined);
  await writeFile(join(folder, ".gitignore"), "*\n", { flag: "wx" }).catch((error: unknown) => {
    if (systemCode(error) !== "EEXIST") throw error;
  });
};

/** Makes the folder where it is missing: mode 0700, out of git's sight. */
export const ensureStateFolder = async (folder: string): Promise<Kept> => {
  try {
    await makeFolder(folder);
    return { ok: true };
  } catch (error) {
    return { ok: false, warning: `cannot keep state in ${folder}: ${systemCode(error) ?? messageOf(error)}` };
  }
};

export const openState = (folder: string): State => ({
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
});

export interface UserFolders {
  readonly platform: string;
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Where locks live: the user's state folder, as each platform has it. */
export const userStateFolder = ({ platform, home, env }: UserFolders): string => {
  const xdg = env["XDG_STATE_HOME"];
  if (xdg?.startsWith("/") === true) return join(xdg, "goat-dev");
  return platform === "darwin"
    ? join(home, "Library", "Application Support", "goat-dev")
    : join(home, ".local", "state", "goat-dev");
};

/** Where what can be had again is kept for all projects: what the embedded engine installs. */
export const userCacheFolder = ({ platform, home, env }: UserFolders): string => {
  const xdg = env["XDG_CACHE_HOME"];
  if (xdg?.startsWith("/") === true) return join(xdg, "goat-dev");
  return platform === "darwin" ? join(home, "Library", "Caches", "goat-dev") : join(home, ".cache", "goat-dev");
};

/** The path of a stack's lock: one for each engine and project name. */
export const lockPath = (folder: string, engine: string, stack: string): string =>
  join(folder, "locks", entryOf(engine, stack));

/** Where it is kept which project a stack's parts belong to. */
export const claimPath = (folder: string, engine: string, stack: string): string =>
  join(folder, "claims", `${entryOf(engine, stack)}.json`);

const entryOf = (engine: string, stack: string): string => {
  const hash = createHash("sha256").update(engine).digest("hex").slice(0, 12);
  return `${stack.replace(/[^\w.-]/g, "_")}-${hash}`;
};
