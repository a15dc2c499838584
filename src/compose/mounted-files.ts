import { realpath, stat } from "node:fs/promises";
import type { MountedFile, ServiceSpec, StackSpec } from "../model/stack.ts";
import { kindOf } from "../platform/files.ts";
import { createTreeHasher, type TreeHasher } from "../platform/tree-hash.ts";
import { displayPath, isInside } from "./scope.ts";

/**
 * The stack with what its services mount from the host and a hash of it: of a file wherever it lies, of a folder in the
 * project. A folder elsewhere, such as `/`, is not looked into. Throws the signal's reason.
 */
export async function withMountedFiles(stack: StackSpec, root: string, signal: AbortSignal): Promise<StackSpec> {
  const within = await realpath(root).catch(() => root);
  const hasher = createTreeHasher({ within, signal });
  const services = await Promise.all(
    stack.services.map(async (service) => ({ ...service, files: await filesOf(service, { root, within, hasher }) })),
  );
  return { ...stack, services };
}

interface Project {
  readonly root: string;
  /** The root without links. */
  readonly within: string;
  readonly hasher: TreeHasher;
}

async function filesOf({ run }: ServiceSpec, { root, within, hasher }: Project): Promise<readonly MountedFile[]> {
  const files: MountedFile[] = [];
  for (const mount of run.docker?.mounts ?? []) {
    if (mount.kind !== "bind") continue;
    const { source, target } = mount;
    const kind = kindOf(source);
    const isOurs =
      kind === "file" || (kind === "directory" && isInside(await realpath(source).catch(() => "/"), within));
    if (!isOurs) continue;
    const written = kind === "file" ? { modifiedMs: (await stat(source)).mtimeMs } : {};
    files.push({ path: displayPath(source, root), source, target, hash: await hasher.hash(source), ...written });
  }
  return files;
}
