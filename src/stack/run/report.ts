import type { Progress } from "../../engine/engine.ts";
import type { GoatError } from "../../errors/goat-error.ts";
import type { Emit } from "../../events/events.ts";
import { formatStep, type Plan, type PlanNode } from "../../model/plan.ts";
import type { Clock } from "../../platform/clock.ts";
import { runningWords, stepWords, waitWords } from "../plan/words.ts";
import { createImageProgress } from "./image-progress.ts";

/** Tells what the plan does in lines that a user understands: one for all images, one for each service. */
export interface Reporter {
  started(node: PlanNode): void;
  progress(node: PlanNode, progress: Progress): void;
  /** What a service that is not ready yet was last heard to say. */
  heard(service: string, why: string): void;
  finished(node: PlanNode): void;
  failed(node: PlanNode, error: GoatError): void;
  skipped(node: PlanNode, blocker: string | null): void;
}

interface Line {
  /** Null until the line is shown. */
  begin: number | null;
  /** When its container was started, in this run. */
  startedAt: number | null;
  open: number;
  settled: boolean;
}

export function createReporter(plan: Plan, emit: Emit, clock: Clock): Reporter {
  const lines = new Map<string, Line>();
  for (const { subject } of plan.nodes) {
    const line = lines.get(subject) ?? { begin: null, startedAt: null, open: 0, settled: false };
    lines.set(subject, { ...line, open: line.open + 1 });
  }
  const lineOf = (subject: string): Line =>
    lines.get(subject) ?? { begin: null, startedAt: null, open: 0, settled: true };
  const images = createImageProgress();

  const say = (subject: string, text: string): void => {
    const line = lineOf(subject);
    if (line.settled) return;
    emit({ type: line.begin === null ? "step-started" : "step-progress", step: subject, text });
    line.begin ??= clock.now();
  };
  const settle = (subject: string, outcome: "ok" | "failed" | "skipped", text: string): void => {
    const line = lineOf(subject);
    if (line.settled) return;
    line.settled = true;
    const durationMs = line.begin === null ? 0 : clock.now() - line.begin;
    emit({ type: "step-finished", step: subject, outcome, text, durationMs });
  };

  return {
    started: (node) => {
      emit({ type: "detail", text: formatStep(node) });
      // A network or volume is made in an instant, and an unchanged service has nothing to tell unless it is slow.
      if (!isQuiet(node) && !isWaiting(node)) say(node.subject, runningWords(node));
      if (node.action.type === "start-container" || node.action.type === "reload-service")
        lineOf(node.subject).startedAt = clock.now();
    },
    progress: (node, progress) => {
      if (progress.says === "cost" || progress.says === "trouble") {
        emit({ type: "notice", level: "info", text: progress.text });
      }
      const { text, current, total } = "image" in node.action ? images.add(node.action, progress) : progress;
      const amount = current === undefined || total === undefined ? {} : { current, total };
      emit({ type: "step-progress", step: node.subject, text, ...amount });
    },
    heard: (service, why) => {
      say(service, "waiting");
      say(service, why);
    },
    finished: (node) => {
      const line = lineOf(node.subject);
      line.open -= 1;
      if ("image" in node.action) images.done(node.action);
      if (line.begin === null) return;
      const waits = waitWords(plan, node);
      if (waits !== null) say(node.subject, waits);
      if (line.open > 0) return;
      const tookMs = clock.now() - (line.startedAt ?? line.begin);
      settle(node.subject, "ok", node.subject === "images" ? images.summary() : stepWords(plan, node.subject, tookMs));
    },
    failed: ({ subject }, { message }) =>
      settle(subject, "failed", message.startsWith(`${subject} `) ? message.slice(subject.length + 1) : message),
    skipped: (node, blocker) => {
      const line = lineOf(node.subject);
      if (blocker !== null && blocker !== node.subject && !isQuiet(node))
        settle(node.subject, "skipped", `skipped: needs ${blocker}`);
      else if (line.begin !== null) settle(node.subject, "skipped", "stopped waiting");
    },
  };
}

function isQuiet(node: PlanNode): boolean {
  return node.subject === "network" || node.subject === "volume";
}

function isWaiting(node: PlanNode): boolean {
  return node.action.type === "await-ready" || node.action.type === "await-exit";
}
