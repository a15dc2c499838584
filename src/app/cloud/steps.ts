import { describe } from "../../errors/describe.ts";
import { GoatError } from "../../errors/goat-error.ts";
import type { App } from "../app.ts";

/** Does `work` as a step with a line of its own; where it is interrupted, the error says what keeps running. */
export async function step<T>(
  name: string,
  doing: string,
  work: () => Promise<T>,
  text: (value: T) => string,
  { emit, clock, signal }: App,
): Promise<T> {
  const begin = clock.now();
  const finish = (outcome: "ok" | "failed", words: string): void =>
    emit({ type: "step-finished", step: name, outcome, text: words, durationMs: clock.now() - begin });
  emit({ type: "step-started", step: name, text: doing });
  try {
    const value = await work();
    finish("ok", text(value));
    return value;
  } catch (error) {
    const told = signal.aborted ? interrupted() : describe(error);
    finish("failed", signal.aborted ? "interrupted" : told.message);
    throw told;
  }
}

function interrupted(): GoatError {
  return new GoatError("interrupted", "interrupted; what is deployed already runs on", {
    fixes: [
      { command: "goat-dev modal status", effect: "shows what that is" },
      { command: "goat-dev modal stop", effect: "stops it" },
    ],
  });
}
