import { describe } from "../../errors/describe.ts";
import { GoatError } from "../../errors/goat-error.ts";
import type { Context } from "../old-command.ts";

/** Lines of their own for what takes a while. */
export interface Steps {
  run<T>(step: string, doing: string, work: () => Promise<T>, text: (value: T) => string): Promise<T>;
}

export const stepsOf = ({ emit, clock, signal }: Context): Steps => ({
  run: async (step, doing, work, text) => {
    const begin = clock.now();
    const finish = (outcome: "ok" | "failed", words: string): void =>
      emit({ type: "step-finished", step, outcome, text: words, durationMs: clock.now() - begin });
    emit({ type: "step-started", step, text: doing });
    try {
      const value = await work();
      finish("ok", text(value));
      return value;
    } catch (error) {
      const told = signal.aborted ? interrupted() : describe(error);
      finish("failed", signal.aborted ? "interrupted" : told.message);
      throw told;
    }
  },
});

const interrupted = (): GoatError =>
  new GoatError("interrupted", "interrupted; what is deployed already runs on", {
    fixes: [
      { command: "goat-dev modal status", effect: "shows what that is" },
      { command: "goat-dev modal stop", effect: "stops it" },
    ],
  });
