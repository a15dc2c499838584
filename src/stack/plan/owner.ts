import type { ObservedStack, Origin } from "../../model/observed.ts";
import type { StackSpec } from "../../model/stack.ts";
import { list } from "../../platform/text.ts";
import type { Claim } from "../../project/claim.ts";
import { ownVolumes } from "./containers.ts";

/** Questions about paths on this machine. */
export interface Paths {
  /** Both lead to one file or folder. */
  isSame(one: string, other: string): boolean;
  isGone(path: string): boolean;
}

/** The other project that has the stack, and what it made. */
export interface Owner {
  readonly origin: Origin;
  /** "containers goat-litellm-1 and goat-postgres-1", "volume goat_postgres-data" */
  readonly made: readonly string[];
}

interface Part {
  /** Identifies this very container or volume, and no later one of the same name. */
  readonly id: string;
  readonly kind: "container" | "volume";
  readonly name: string;
  readonly origin: Origin | null;
}

export function originOf({ workingDir, configFiles }: StackSpec): Origin {
  return {
    folder: workingDir,
    file: configFiles[0] ?? null,
  };
}

/**
 * The project in another folder that made containers or volumes of this stack. Null where they are this project's,
 * where their project is not known, or where its folder or Compose file is gone, since it was moved here. Pure.
 */
export function otherOwner(stack: StackSpec, observed: ObservedStack, claim: Claim | null, paths: Paths): Owner | null {
  const foreign = partsOf(stack, observed).flatMap((part) => {
    const origin = claim?.parts.includes(part.id) === true ? claim.origin : part.origin;
    return origin === null || isOurs(stack, origin, paths) || isGone(origin, paths) ? [] : [{ ...part, origin }];
  });
  const [first] = foreign;
  if (first === undefined) return null;
  const { origin } = first;
  const names = (kind: Part["kind"]): readonly string[] =>
    foreign.filter((part) => part.kind === kind && part.origin.folder === origin.folder).map(({ name }) => name);
  return { origin, made: [...counted("container", names("container")), ...counted("volume", names("volume"))] };
}

/** A claim for this project on every container and volume that does not already name this project as its origin. */
export function claimFor(stack: StackSpec, observed: ObservedStack, paths: Paths): Claim {
  return {
    origin: originOf(stack),
    parts: partsOf(stack, observed)
      .filter(({ origin }) => origin === null || !isOurs(stack, origin, paths))
      .map(({ id }) => id),
  };
}

function counted(word: string, names: readonly string[]): readonly string[] {
  return names.length === 0 ? [] : [`${word}${names.length === 1 ? "" : "s"} ${list(names)}`];
}

function partsOf(stack: StackSpec, observed: ObservedStack): readonly Part[] {
  const volumes = ownVolumes(stack, observed);
  return [
    ...observed.services
      .filter(({ oneOff }) => !oneOff)
      .map(({ handle, container: name, origin }) => ({
        id: `container ${handle}`,
        kind: "container" as const,
        name,
        origin,
      })),
    ...observed.volumes
      .filter(({ name }) => volumes.includes(name))
      .map(({ name, createdAt, origin }) => ({
        id: `volume ${name} ${createdAt}`,
        kind: "volume" as const,
        name,
        origin,
      })),
  ];
}

/** The same Compose file is the same project even with another folder, which --project-directory can set. */
function isOurs(stack: StackSpec, { folder, file }: Origin, { isSame }: Paths): boolean {
  const own = originOf(stack);
  return isSame(folder, own.folder) || (file !== null && own.file !== null && isSame(file, own.file));
}

function isGone({ folder, file }: Origin, paths: Paths): boolean {
  return paths.isGone(folder) || (file !== null && paths.isGone(file));
}
