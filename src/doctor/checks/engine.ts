import type { EngineInfo } from "../../engine/engine.ts";

/** "Docker 28.2.2 (context default)". */
export const engineText = ({ kind, version, source }: EngineInfo): string =>
  `${kind.charAt(0).toUpperCase()}${kind.slice(1)} ${version} (${source})`;
