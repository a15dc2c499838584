import type { DockerRecipe, Mount, StackSpec } from "../../model/stack.ts";
import { present } from "./present.ts";

/** The part of an image that decides about a container made from it. */
export interface ImageFacts {
  readonly id: string;
  /** Paths the image declares as volumes. */
  readonly volumes: readonly string[];
}

/** An anonymous volume of the container that is replaced. */
export interface InheritedVolume {
  readonly name: string;
  readonly target: string;
  readonly readOnly: boolean;
}

const toMount = (mount: Mount, stack: StackSpec): object => {
  switch (mount.kind) {
    case "bind":
      return present({
        Type: "bind",
        Source: mount.source,
        Target: mount.target,
        ReadOnly: mount.readOnly,
        BindOptions: mount.propagation === undefined ? undefined : { Propagation: mount.propagation },
      });
    case "volume":
      return present({
        Type: "volume",
        Source: stack.volumes.find((volume) => volume.key === mount.volume)?.name ?? mount.volume,
        Target: mount.target,
        ReadOnly: mount.readOnly,
        VolumeOptions: mount.noCopy === undefined ? undefined : { NoCopy: mount.noCopy },
      });
    case "anonymous":
      return { Type: "volume", Target: mount.target, ReadOnly: mount.readOnly };
    case "tmpfs":
      return {
        Type: "tmpfs",
        Target: mount.target,
        TmpfsOptions: present({ SizeBytes: mount.sizeBytes, Mode: mount.mode }),
      };
  }
};

/** An inherited volume stands in for an anonymous one of the file or the image, never for a mount with a source. */
export const toMounts = (
  stack: StackSpec,
  recipe: DockerRecipe,
  image: ImageFacts,
  inherited: readonly InheritedVolume[],
): object[] => {
  const wanted = new Set([
    ...image.volumes,
    ...recipe.mounts.filter((mount) => mount.kind === "anonymous").map((mount) => mount.target),
  ]);
  const taken = new Set(recipe.mounts.filter((mount) => mount.kind !== "anonymous").map((mount) => mount.target));
  const kept = inherited.filter((volume) => wanted.has(volume.target) && !taken.has(volume.target));
  const keptTargets = new Set(kept.map((volume) => volume.target));
  return [
    ...recipe.mounts
      .filter((mount) => mount.kind !== "anonymous" || !keptTargets.has(mount.target))
      .map((mount) => toMount(mount, stack)),
    ...kept.map((volume) => ({
      Type: "volume",
      Source: volume.name,
      Target: volume.target,
      ReadOnly: volume.readOnly,
    })),
  ];
};
