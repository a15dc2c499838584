import type { GoatError } from "../errors/goat-error.ts";

export type Outcome = "ok" | "failed" | "skipped";

/** What happens during a command. A step is one line for users: checks, images, a service, gateway, example, trace. */
type WorkEvent =
  | { readonly type: "step-started"; readonly step: string; readonly text?: string }
  | {
      readonly type: "step-progress";
      readonly step: string;
      readonly text: string;
      /** Bytes, where known. */
      readonly current?: number;
      readonly total?: number;
    }
  | {
      readonly type: "step-finished";
      readonly step: string;
      readonly outcome: Outcome;
      readonly text: string;
      readonly durationMs: number;
    }
  /** `bare` is printed without "note:" or "warning:" before it, such as a bill. */
  | { readonly type: "notice"; readonly level: "info" | "warning" | "bare"; readonly text: string }
  /** Shown only with --verbose. */
  | { readonly type: "detail"; readonly text: string }
  | {
      readonly type: "log";
      readonly service: string;
      readonly line: string;
      readonly at: string | null;
      readonly stream: "stdout" | "stderr";
    }
  /** One of many answers as it comes: a line of text for people, a document for programs. */
  | { readonly type: "row"; readonly data: object; readonly text: string }
  /** A piece of an answer as it comes, for stdout. */
  | { readonly type: "output"; readonly text: string };

/** A whole run, as one stream. */
export type GoatEvent =
  | WorkEvent
  | { readonly type: "run-started"; readonly command: string }
  /** The command's answer: `data` for programs, `text` for people. */
  | { readonly type: "result"; readonly data: unknown; readonly text: string }
  | { readonly type: "error"; readonly error: GoatError }
  | { readonly type: "run-finished"; readonly exitCode: number; readonly durationMs: number };

/** `at` is an ISO time. */
export type StampedEvent = GoatEvent & { readonly at: string };

/** Emits events of the work; only the command line emits a run's start, result, error and end. */
export type Emit = (event: WorkEvent) => void;

export interface View {
  on(event: StampedEvent): void;
  /** Resolves when everything is drawn. */
  close(): Promise<void>;
}
