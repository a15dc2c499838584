import { madeByCompose, type ObservedService } from "../../model/observed.ts";
import type { ServiceSpec } from "../../model/stack.ts";
import { canReload, fingerprintOf } from "./drift.ts";

export interface Decision {
  readonly service: ServiceSpec;
  readonly found: ObservedService | undefined;
  readonly kind: "create" | "recreate" | "restart" | "reload" | "start" | "keep";
  readonly cause: string;
  readonly drift: readonly string[];
  readonly await: "ready" | "exit" | "nothing";
  readonly fingerprint: Readonly<Record<string, string>>;
  /** Its container has to stop early, because a network that it or one of its dependencies uses is recreated. */
  readonly early?: true;
}

interface Question {
  readonly service: ServiceSpec;
  readonly found: ObservedService | undefined;
  readonly drift: readonly string[];
  /** Whether a restart was asked for, even if nothing changed; "hard" means that the process itself must restart. */
  readonly restart: "hard" | "soft" | null;
  readonly oneShot: boolean;
}

/** The cause of a first start. */
export const neverStarted = "not started";

/** What to do with one service, and why. */
export function decide({ service, found, drift, restart, oneShot }: Question): Decision {
  const completed = oneShot && found?.state === "exited" && found.exitCode === 0;
  const reloads = found !== undefined && restart !== "hard" && canReload(service, found, drift);
  const [kind, cause] = verdict(found, drift, { restart: restart !== null, reloads, completed });
  const waits = kind === "keep" && completed ? "nothing" : oneShot ? "exit" : "ready";
  return { service, found, kind, cause, drift, await: waits, fingerprint: fingerprintOf(service) };
}

function verdict(
  found: ObservedService | undefined,
  drift: readonly string[],
  {
    restart,
    reloads,
    completed,
  }: { readonly restart: boolean; readonly reloads: boolean; readonly completed: boolean },
): readonly [Decision["kind"], string] {
  if (found === undefined) return ["create", "absent"];
  if (reloads && found.state === "running" && (restart || drift.length > 0)) {
    return ["reload", drift.length > 0 ? causeOf(drift) : "asked for"];
  }
  if (drift.length > 0) return ["recreate", causeOf(drift)];
  if (found.state === "dead") return ["recreate", "dead"];
  if (restart) return ["restart", "asked for"];
  if (found.state === "running") return ["keep", "as configured"];
  // Stopped and started, so that one that keeps crashing is seen to crash.
  if (found.state === "restarting") return ["restart", "was restarting"];
  if (found.state === "paused") return ["start", "was paused"];
  return completed
    ? ["keep", "has completed"]
    : ["start", found.state === "exited" ? endOf(found.exitCode) : neverStarted];
}

function endOf(code: number | null): string {
  return code === null ? "had ended" : `exited with status ${code}`;
}

function causeOf(drift: readonly string[]): string {
  if (drift.includes(madeByCompose)) return `${madeByCompose}, not by goat-dev`;
  return `${drift.slice(0, 3).join(", ")}${drift.length > 3 ? ` and ${drift.length - 3} more` : ""} changed`;
}
