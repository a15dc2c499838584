import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { watch } from "chokidar";
import type { Clock } from "./clock.ts";

/**
 * How long the files must stay the same: editors save in steps, such as truncate, then write; or remove, then rename.
 */
const quietMs = 60;

/** How often the files are read even without an event: network file systems report no changes by other machines. */
const lookAgainMs = 2_000;

interface SavesOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

export interface Save {
  /** True where the files have changed again since, so that a verdict on this save may no longer hold. */
  isOver(): Promise<boolean>;
}

/**
 * Yields once at the start, and from then on notices every save: yields when the files' contents have settled and
 * differ from the last time. Watches their folders, since a file may be replaced or be gone for a moment. Ends when the
 * signal fires.
 */
export async function* savesOf(files: readonly string[], { clock, signal }: SavesOptions): AsyncGenerator<Save> {
  const folders = [...new Set(files.map((file) => dirname(file)))];
  const wanted = new Set(files);
  let wake: () => void = () => undefined;
  const watcher = watch(folders, { depth: 0, ignoreInitial: true, ignorePermissionErrors: true });
  watcher.on("all", (_, path) => wanted.has(path) && wake()).on("error", () => undefined);
  try {
    for (let known = ""; !signal.aborted; ) {
      const rested = known === "" ? await contentOf(files) : await atRest(files, clock, signal);
      if (rested !== known && !signal.aborted) {
        known = rested;
        yield { isOver: async () => (await contentOf(files)) !== rested };
        // A save made while the consumer worked has woken nobody: look again before waiting.
        continue;
      }
      await Promise.race([new Promise<void>((resolve) => (wake = resolve)), pause(clock, lookAgainMs, signal)]);
    }
  } finally {
    await watcher.close();
  }
}

/** The contents, once they stay the same for a moment. */
async function atRest(files: readonly string[], clock: Clock, signal: AbortSignal): Promise<string> {
  let seen = await contentOf(files);
  for (;;) {
    await pause(clock, quietMs, signal);
    const now = await contentOf(files);
    if (now === seen || signal.aborted) return now;
    seen = now;
  }
}

async function contentOf(files: readonly string[]): Promise<string> {
  const hash = createHash("sha256");
  for (const file of files) {
    const content = await readFile(file).catch(() => null);
    hash.update(content === null ? "absent" : `${content.length}\n`).update(content ?? "");
  }
  return hash.digest("hex");
}

async function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  await clock.sleep(ms, signal).catch(() => undefined);
}
