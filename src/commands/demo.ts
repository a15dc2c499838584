import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { atomicWrite, unwritable } from "../platform/files.ts";
import { ensureStateFolder } from "../project/state.ts";
import type { Session } from "./session.ts";

/** Puts a demo's config where the gateway mounts it, before the checks look at it. Throws file-unwritable. */
export const writeDemo = async ({ demo, environment }: Session): Promise<void> => {
  if (demo === null) return;
  await ensureStateFolder(environment.project.stateDir);
  await mkdir(dirname(demo.path), { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    throw unwritable(demo.path, error);
  });
  await atomicWrite(demo.path, demo.text, 0o600);
};
