import { chownSync, lchownSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Machine } from "../../engine/processes/runtime.ts";
import { GoatError } from "../../errors/goat-error.ts";

export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

/** The ids of the user `nobody` in the text of /etc/passwd; undefined where it has none. */
export function nobodyIn(passwd: string): ServerUser | undefined {
  const fields = passwd
    .split("\n")
    .find((line) => line.startsWith("nobody:"))
    ?.split(":");
  const [uid, gid] = [Number(fields?.[2]), Number(fields?.[3])];
  return Number.isInteger(uid) && Number.isInteger(gid) && uid > 0 && gid > 0 ? { uid, gid } : undefined;
}

/**
 * The user that Postgres runs as: `nobody` where goat-dev runs as root, which Postgres refuses; else undefined, for the
 * user who runs goat-dev. Throws runtime-unavailable where there is no user nobody.
 */
export function serverUser(machine: Machine): ServerUser | undefined {
  if (machine.uid !== 0) return undefined;
  const user = nobodyIn(readPasswd());
  if (user !== undefined) return user;
  throw new GoatError("runtime-unavailable", "Postgres does not run as root, and /etc/passwd has no user nobody", {
    fixes: [
      {
        command: "useradd --system nobody",
        effect: "makes the user that Postgres runs as; or run goat-dev as a user of your own",
      },
    ],
  });
}

function readPasswd(): string {
  try {
    return readFileSync("/etc/passwd", "utf8");
  } catch {
    return "";
  }
}

/**
 * Makes the server's user the owner of a folder and all that is in it; does nothing where the folder is theirs already.
 */
export function giveTo(user: ServerUser | undefined, folder: string): void {
  if (user === undefined || statSync(folder).uid === user.uid) return;
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    lchownSync(join(entry.parentPath, entry.name), user.uid, user.gid);
  }
  // The folder comes last, because its owner is the sign that the rest is done.
  chownSync(folder, user.uid, user.gid);
}

/** Throws runtime-unavailable where the server's user cannot enter the folder's parents. */
export function mustReach(user: ServerUser | undefined, folder: string): void {
  if (user === undefined) return;
  for (let at = dirname(folder); at !== dirname(at); at = dirname(at)) {
    const found = statSync(at);
    if (found.uid === user.uid || (found.mode & 0o001) !== 0) continue;
    throw new GoatError("runtime-unavailable", `the user nobody, whom Postgres runs as, cannot enter ${at}`, {
      fixes: [{ command: `chmod o+x '${at}'`, effect: "lets others pass through the folder, but not list it" }],
    });
  }
}
