import type { LogLine, ServiceChange } from "../../../src/engine/engine.ts";
import type { ObservedService, Origin } from "../../../src/model/observed.ts";
import type { ServiceSpec } from "../../../src/model/stack.ts";
import type { ServiceScript } from "./script.ts";

/** A volume's content: path -> text. */
export type Content = Map<string, string>;

export interface Container {
  readonly id: string;
  name: string;
  readonly stack: string;
  readonly origin: Origin | null;
  readonly service: ServiceSpec;
  readonly imageId: string;
  /** Null for what goat-dev did not make. */
  readonly fingerprint: Readonly<Record<string, string>> | null;
  readonly oneOff: boolean;
  networks: readonly string[];
  /** Mount target -> content; the anonymous ones can be inherited. */
  readonly volumes: ReadonlyMap<string, Content>;
  readonly volumeNames: readonly string[];
  readonly log: LogLine[];
  state: ObservedService["state"];
  health: ObservedService["health"];
  exitCode: number | null;
  outOfMemory: boolean;
  startError: string | null;
  startedAt: string | null;
  restartCount: number;
  /** Observations since the last start. */
  observed: number;
  script: ServiceScript;
}

export const isRunning = (container: Container): boolean =>
  container.state === "running" || container.state === "restarting" || container.state === "paused";

export const toChange = (container: Container, type: ServiceChange["type"]): ServiceChange => ({
  service: container.service.name,
  handle: container.id,
  container: container.name,
  type,
  exitCode: type === "died" ? container.exitCode : null,
});

export const toObserved = (container: Container): ObservedService => ({
  name: container.service.name,
  handle: container.id,
  container: container.name,
  state: container.state,
  health: container.health,
  exitCode: container.exitCode,
  oomKilled: container.outOfMemory,
  startError: container.startError,
  startedAt: container.startedAt,
  restartCount: container.restartCount,
  image: container.service.run.docker?.image ?? "",
  imageId: container.imageId,
  fingerprint: container.fingerprint,
  files: Object.fromEntries(container.service.files.map((file) => [file.path, file.hash])),
  networks: container.networks,
  ports: container.service.ports,
  oneOff: container.oneOff,
  origin: container.origin,
});

/** Whether the restart policy brings it back after this exit code. */
export const comesBack = (container: Container, code: number): boolean => {
  const policy = container.service.run.docker?.restart.name ?? "no";
  return policy === "always" || policy === "unless-stopped" || (policy === "on-failure" && code !== 0);
};
