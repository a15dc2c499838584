import type { BuildSpec } from "./build.ts";
import type { NetworkSpec, ServiceSpec, StackSpec, VolumeSpec } from "./stack.ts";

/** One operation is one engine call. Containers are addressed by name or id. */
export type Operation =
  | { readonly type: "pull-image"; readonly image: string; readonly platform?: string }
  | {
      readonly type: "build-image";
      readonly stack: string;
      readonly service: string;
      readonly image: string;
      readonly build: BuildSpec;
      readonly platform?: string;
      /** True where the image is pulled if a registry has it, and built only if none has. */
      readonly orPull: boolean;
    }
  | {
      readonly type: "create-network";
      readonly stack: StackSpec;
      readonly network: NetworkSpec;
      readonly fingerprint: string;
    }
  | {
      /** Throws engine-refused where a container other than these is on a network that is about to be removed. */
      readonly type: "check-network";
      readonly network: string;
      readonly containers: readonly string[];
    }
  | {
      readonly type: "remove-network";
      readonly network: string;
      /** Stopped containers that are still attached to it. */
      readonly disconnect?: readonly string[];
    }
  | { readonly type: "create-volume"; readonly stack: StackSpec; readonly volume: VolumeSpec }
  | { readonly type: "remove-volume"; readonly volume: string }
  | {
      readonly type: "create-container";
      readonly stack: StackSpec;
      readonly service: ServiceSpec;
      readonly container: string;
      readonly fingerprint: Readonly<Record<string, string>>;
      /** Docker Compose's own hash of this configuration, where Compose is installed. */
      readonly configHash?: string | undefined;
      /** Service -> its container, for those whose namespaces or volumes the new one shares. */
      readonly hosts?: Readonly<Record<string, string>>;
      /** The container whose anonymous volumes the new one inherits. */
      readonly replaces?: string;
    }
  | { readonly type: "start-container"; readonly container: string }
  | {
      readonly type: "stop-container";
      readonly container: string;
      readonly signal: string | null;
      /** Null means the grace period that the container was made with. */
      readonly graceMs: number | null;
    }
  | { readonly type: "remove-container"; readonly container: string; readonly anonymousVolumes: boolean }
  | { readonly type: "rename-container"; readonly container: string; readonly name: string };

/** Waiting is a step like any other, so `depends_on` conditions are plain edges. */
export type Action =
  | Operation
  | {
      readonly type: "reload-service";
      readonly service: string;
      readonly container: string;
      readonly command: readonly string[];
      /** The changed variables with their new values; null where one is no longer set. Never printed. */
      readonly variables: Readonly<Record<string, string | null>>;
      readonly timeoutMs: number;
    }
  | { readonly type: "await-ready"; readonly service: string; readonly container: string; readonly timeoutMs: number }
  | { readonly type: "await-exit"; readonly service: string; readonly container: string; readonly timeoutMs: number };

export interface PlanNode {
  readonly id: number;
  /** What it is about: a service's name, "images", "network", "volume". */
  readonly subject: string;
  readonly action: Action;
  /** Why, in words a user would accept: "absent", "image changed", "dev/litellm-config.yaml changed". */
  readonly cause: string;
  readonly after: readonly number[];
  /** Waited for, but their failure does not matter: Compose's `required: false`. */
  readonly softAfter?: readonly number[];
}

export interface Plan {
  readonly nodes: readonly PlanNode[];
  /** Service -> the fields that differ; empty lists are left out. */
  readonly drift: Readonly<Record<string, readonly string[]>>;
  /** Containers of this project that the file no longer names. */
  readonly orphans: readonly string[];
}

/** `start-container goat-litellm-1: dev/litellm-config.yaml changed` */
export function formatStep({ action, cause }: PlanNode): string {
  return `${action.type} ${objectOf(action)}: ${cause}`;
}

function objectOf(action: Action): string {
  switch (action.type) {
    case "pull-image":
    case "build-image":
      return action.image;
    case "create-network":
      return action.network.name;
    case "remove-network":
    case "check-network":
      return action.network;
    case "create-volume":
      return action.volume.name;
    case "remove-volume":
      return action.volume;
    case "rename-container":
      return `${action.container} to ${action.name}`;
    default:
      return shortId(action.container);
  }
}

/** An id as the engine's own tools show it, at 12 characters; a name as it is. */
function shortId(container: string): string {
  return /^[0-9a-f]{64}$/.test(container) ? container.slice(0, 12) : container;
}

/** `3 start-container goat-litellm-1: dev/litellm-config.yaml changed (after 1, 2)` */
export function planLine(step: {
  readonly id: number;
  readonly text: string;
  readonly after: readonly number[];
}): string {
  return `${step.id} ${step.text}${step.after.length > 0 ? ` (after ${step.after.join(", ")})` : ""}`;
}

/** The plan as text, one line a step. */
export function formatPlan({ nodes }: Plan): string {
  return nodes.map((node) => planLine({ ...node, text: formatStep(node) })).join("\n");
}
