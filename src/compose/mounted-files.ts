import { readdirSync, realpathSync, statSync } from "node:fs";
import type { Mount, MountedFile, ServiceSpec, StackSpec } from "../model/stack.ts";
import { kindOf } from "../platform/files.ts";
import { createTreeHasher, type TreeHasher } from "../platform/tree-hash.ts";
import { displayPath, isInside } from "./scope.ts";

/**
 * Adds to each service the files and folders that it mounts from the host, each with a hash: files wherever they lie,
 * folders only inside the project. A folder elsewhere, such as `/`, is not looked into. Throws the signal's reason.
 */
export async function withMountedFiles(stack: StackSpec, root: string, signal: AbortSignal): Promise<StackSpec> {
  const within = realOr(root, root);
  const hasher = createTreeHasher({ within, signal });
  const services = await Promise.all(
    stack.services.map(async (service) => ({ ...service, files: await filesOf(service, { root, within, hasher }) })),
  );
  return { ...stack, services };
}

interface Project {
  readonly root: string;
  /** The root with symbolic links resolved. */
  readonly within: string;
  readonly hasher: TreeHasher;
}

async function filesOf(service: ServiceSpec, project: Project): Promise<readonly MountedFile[]> {
  const files: MountedFile[] = [];
  for (const { source, target } of countedMounts(service)) {
    const kind = kindOf(source);
    const isOurs = kind === "file" || (kind === "directory" && isInside(realOr(source, "/"), project.within));
    if (!isOurs || (kind === "directory" && isEmpty(source))) continue;
    const written = kind === "file" ? { modifiedMs: statSync(source).mtimeMs } : {};
    const [path, hash] = [displayPath(source, project.root), await project.hasher.hash(source)];
    files.push({ path, source, target, hash, ...written });
  }
  return files;
}

/** An empty folder counts as a missing one, since `up` creates a missing folder, which is then empty. */
function isEmpty(folder: string): boolean {
  try {
    return readdirSync(folder).length === 0;
  } catch {
    return false;
  }
}

/** The path with symbolic links resolved; `otherwise` where that is not possible. */
function realOr(path: string, otherwise: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    return otherwise;
  }
}

type Counted = Extract<Mount, { kind: "bind" }>;

/** The service's bind mounts. A folder that holds files which the service reloads is replaced by those files. */
export function countedMounts({ run, reload }: ServiceSpec): readonly Counted[] {
  const binds = (run.docker?.mounts ?? []).flatMap((mount) => (mount.kind === "bind" ? [mount] : []));
  const reloaded = (reload?.files ?? []).flatMap((target) => {
    const folder = binds.find((mount) => isInside(target, mount.target));
    return folder === undefined ? [] : [{ folder, target }];
  });
  return binds.flatMap((mount) => {
    const within = reloaded.filter(({ folder, target }) => folder === mount && target !== mount.target);
    if (within.length === 0) return [mount];
    return within.map(({ target }) => {
      const source = `${mount.source}${target.slice(mount.target.length)}`;
      return { ...mount, source, target, createHostPath: false };
    });
  });
}
