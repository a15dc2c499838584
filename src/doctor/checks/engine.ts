import type { EngineInfo } from "../../engine/engine.ts";

/** "Docker 28.2.2 (context default)"; without it, what there is instead. */
export const engineText = ({ kind, version, source }: EngineInfo): string =>
  kind === "embedded"
    ? "plain local processes, without Docker"
    : `${kind.charAt(0).toUpperCase()}${kind.slice(1)} ${version} (${source})`;
