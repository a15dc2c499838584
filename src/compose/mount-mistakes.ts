import { extname } from "node:path";
import type { StackSpec } from "../model/stack.ts";

export interface MountMistake {
  readonly service: string;
  readonly source: string;
  readonly target: string;
  readonly problem: "missing" | "directory where a file is expected";
}

/** Targets that are files by their names: an engine that was asked to mount a missing one leaves a folder behind. */
const fileNames = new Set([".yaml", ".yml", ".json", ".toml", ".sql", ".sh", ".conf", ".cfg", ".ini", ".py", ".pem"]);

/** Bind mounts that cannot be meant: mounting them would make a folder in a file's place. */
export const mountMistakes = (
  stack: StackSpec,
  kindOf: (path: string) => "file" | "directory" | "missing",
): readonly MountMistake[] =>
  stack.services.flatMap(({ name: service, run }) =>
    (run.docker?.mounts ?? []).flatMap((mount): readonly MountMistake[] => {
      if (mount.kind !== "bind") return [];
      const { source, target } = mount;
      const kind = kindOf(source);
      if (kind === "missing") return [{ service, source, target, problem: "missing" }];
      const isWrong = kind === "directory" && fileNames.has(extname(target).toLowerCase());
      return isWrong ? [{ service, source, target, problem: "directory where a file is expected" }] : [];
    }),
  );
