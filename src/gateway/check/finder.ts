import { offsetOf, type YamlSource } from "../edit/yaml-source.ts";
import type { Finding, Level } from "./finding.ts";

/** Collects findings about nodes of one file. */
export interface Finder {
  readonly all: readonly Finding[];
  add(level: Level, node: unknown, text: string): void;
}

export function createFinder(path: string, source: YamlSource): Finder {
  const all: Finding[] = [];
  return {
    all,
    add: (level, node, text) => all.push({ level, place: `${path}:${source.placeAt(offsetOf(node))}`, text }),
  };
}
