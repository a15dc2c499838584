import type { EngineInfo } from "../../engine/engine.ts";

/** "Docker 28.2.2 (context default)", "Podman 5.2.1 (DOCKER_HOST)"; without either, what there is instead. */
export function engineText({ kind, product, version, source }: EngineInfo): string {
  return kind === "embedded"
    ? "plain local processes, without Docker"
    : `${product ?? `${kind.charAt(0).toUpperCase()}${kind.slice(1)}`} ${version} (${source})`;
}
