import { GoatError } from "../errors/goat-error.ts";
import type { Clock } from "../platform/clock.ts";
import type { GoatEvent, View } from "./events.ts";
import type { Redactor } from "./redact.ts";

export interface Hub {
  emit(event: GoatEvent): void;
  /** Resolves when every view has drawn; what is emitted later is dropped. */
  close(): Promise<void>;
}

export interface HubOptions {
  readonly clock: Clock;
  readonly redactor: Redactor;
  readonly views: readonly View[];
}

/** All events pass through here: each gets a time, is redacted once and goes to every view, even if one throws. */
export function createHub({ clock, redactor, views }: HubOptions): Hub {
  let closed = false;
  const emit = (event: GoatEvent): void => {
    if (closed) return;
    // A log line keeps the time it was written at, where the engine knows it.
    const at = (event.type === "log" ? event.at : null) ?? clock.date().toISOString();
    const stamped = { ...redactEvent(event, redactor), at };
    for (const view of views) {
      try {
        view.on(stamped);
      } catch {
        // A view that fails must not stop the work that it shows.
      }
    }
  };
  const close = async (): Promise<void> => {
    closed = true;
    await Promise.allSettled(views.map((view) => view.close()));
  };
  return { emit, close };
}

function redactEvent(event: GoatEvent, redactor: Redactor): GoatEvent {
  switch (event.type) {
    case "error":
      return { ...event, error: redactError(event.error, redactor) };
    case "step-started":
      return event.text === undefined ? event : { ...event, text: redactor.text(event.text) };
    case "result":
      return { ...event, text: redactor.text(event.text), data: redactor.data(event.data) };
    case "log": {
      const line = redactor.text(event.line);
      return line === event.line ? event : { ...event, line };
    }
    case "run-started":
    case "run-finished":
      return event;
    default:
      return { ...event, text: redactor.text(event.text) };
  }
}

/** A copy that may be shown: its texts redacted, its cause left out. */
function redactError(error: GoatError, redactor: Redactor): GoatError {
  return new GoatError(error.code, redactor.text(error.message), {
    ...(error.service === undefined ? {} : { service: error.service }),
    evidence: error.evidence.map(redactor.text),
    fixes: error.fixes.map(({ command, effect }) => ({
      command: redactor.text(command),
      effect: redactor.text(effect),
    })),
  });
}
