import type { GoatError } from "../errors/goat-error.ts";

export type Outcome = "ok" | "failed" | "skipped";

/** What happens, as one stream. A step is one line a user sees: checks, images, a service, gateway, example, trace. */
export type GoatEvent =
  | { readonly type: "run-started"; readonly command: string }
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
  | { readonly type: "notice"; readonly level: "info" | "warning"; readonly text: string }
  /** Shown only with --verbose. */
  | { readonly type: "detail"; readonly text: string }
  | {
      readonly type: "log";
      readonly service: string;
      readonly line: string;
      readonly at: string | null;
      readonly stream: "stdout" | "stderr";
    }
  /** A piece of an answer as it comes, for stdout. */
  | { readonly type: "output"; readonly text: string }
  /** The command's answer: `data` for programs, `text` for people. */
  | { readonly type: "result"; readonly data: unknown; readonly text: string }
  | { readonly type: "error"; readonly error: GoatError }
  | { readonly type: "run-finished"; readonly exitCode: number; readonly durationMs: number };

/** `at` is an ISO time. */
export type StampedEvent = GoatEvent & { readonly at: string };

export type Emit = (event: GoatEvent) => void;

export interface View {
  on(event: StampedEvent): void;
  /** Resolves when everything is drawn. */
  close(): Promise<void>;
}
