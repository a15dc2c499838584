import { existsSync, readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { isAbort, messageOf, systemCode } from "../../errors/describe.ts";
import { GoatError } from "../../errors/goat-error.ts";
import { atomicWrite } from "../../platform/files.ts";
import { acquireLock, type LockHolder, type LockRequest, type Release } from "../../platform/lock.ts";
import { type Cassette, cassetteText, parseCassette } from "./format.ts";

/** A file of recorded calls: its absolute path, and the path as the user wrote it, for messages. */
export interface CassettePlace {
  readonly path: string;
  readonly shown: string;
}

/** Throws cassette-missing, cassette-invalid with the line, file-unreadable. */
export function readCassette({ path, shown }: CassettePlace): Cassette {
  const cassette = parseCassette(textOfFile(path, shown));
  if (!("why" in cassette)) return cassette;
  throw new GoatError("cassette-invalid", `${shown}:${cassette.line} ${cassette.why}`, {
    fixes: [
      { command: `$EDITOR +${cassette.line} ${shown}`, effect: "one JSON document a line, the head first" },
      { command: `goat-dev run --record ${shown} -- COMMAND`, effect: "once it is gone: records it anew" },
    ],
  });
}

function textOfFile(path: string, shown: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (systemCode(error) === "ENOENT") {
      throw new GoatError("cassette-missing", `there is no ${shown}`, {
        fixes: [{ command: `goat-dev run --record ${shown} -- COMMAND`, effect: "records it" }],
      });
    }
    throw new GoatError("file-unreadable", `cannot read ${shown}: ${systemCode(error) ?? messageOf(error)}`, {
      fixes: [{ command: `ls -l ${shown}`, effect: "shows who may read it" }],
    });
  }
}

/** Null where there is none yet. Throws as readCassette does. */
export function readCassetteIfThere(place: CassettePlace): Cassette | null {
  return existsSync(place.path) ? readCassette(place) : null;
}

/**
 * Locks the file for one writer, since two runs would take each other's calls for their own. Does not wait: throws
 * cassette-locked if another run holds the lock.
 */
export async function lockCassette(
  { path, shown }: CassettePlace,
  request: Pick<LockRequest, "pid" | "clock" | "signal">,
): Promise<Release> {
  let holder: LockHolder | null = null;
  const stop = new AbortController();
  await mkdir(dirname(path), { recursive: true });
  const onWait = (found: LockHolder): void => {
    holder = found;
    stop.abort();
  };
  const signal = AbortSignal.any([request.signal, stop.signal]);
  try {
    return await acquireLock({ ...request, path, command: `goat-dev, recording ${shown}`, signal, onWait });
  } catch (error) {
    if (!stop.signal.aborted || !isAbort(error)) throw error;
    const { pid }: LockHolder = holder ?? { pid: 0, command: "", since: "" };
    throw new GoatError("cassette-locked", `another run records into ${shown} (pid ${pid})`, {
      fixes: [{ command: `ps -p ${pid}`, effect: "shows that run: wait for its end, or record into another file" }],
    });
  }
}

export async function writeCassette(path: string, cassette: Pick<Cassette, "head" | "calls">): Promise<void> {
  await atomicWrite(path, cassetteText(cassette), 0o644);
}

/**
 * The name of the variable whose secret a text holds, found by comparing it with `masked`, the same text with each
 * secret replaced by `[NAME]`. Null where it holds none; "a secret" where `masked` names no variable.
 */
export function secretIn(text: string, masked: string): string | null {
  if (masked === text) return null;
  const names = [...masked.matchAll(/\[([A-Z][A-Z0-9_]*)\]/g)].map(([, name = ""]) => name);
  return names.find((name) => !text.includes(`[${name}]`)) ?? names[0] ?? "a secret";
}

const keyLike: readonly (readonly [string, RegExp])[] = [
  ["a key of OpenAI's or Anthropic's kind", /\bsk-(?!dev-key\b)[A-Za-z0-9_-]{16,}/],
  ["a key of Groq's kind", /\bgsk_[A-Za-z0-9]{16,}/],
  ["a key of Google's kind", /\bAIza[A-Za-z0-9_-]{30,}/],
  ["a key of AWS's kind", /\bAKIA[A-Z0-9]{16}\b/],
  ["a token of GitHub's or Hugging Face's kind", /\b(?:gh[pousr]|hf)_[A-Za-z0-9]{20,}/],
  ["a bearer token", /\bBearer [A-Za-z0-9._~+/-]{16,}/],
  ["a private key", /-----BEGIN [A-Z ]*PRIVATE KEY-----/],
];

/** What kind of key a text seems to hold, whoever's it is; null where it seems to hold none. */
export function keyLikeIn(text: string): string | null {
  return keyLike.find(([, pattern]) => pattern.test(text))?.[0] ?? null;
}
