import type { VllmModel } from "../../gateway/catalogue.ts";
import type { ModelChoice } from "../../gateway/routes.ts";
import { formatDuration } from "../../platform/format.ts";
import type { Context } from "../command.ts";

const usualMs = 60_000;
/** Where the table says nothing: Modal's GPUs with large weights. */
const startupMs = 1_200_000;
const speakAfterMs = 5_000;

/** How long a model may take, and what to say when it does. */
export interface Patience {
  readonly limitMs: number;
  readonly remark: string | null;
}

/** A model on Modal's GPUs may have to start first. */
export const patienceFor = ({ model, route }: ModelChoice, catalogue: readonly VllmModel[]): Patience => {
  if (route.apiBase === null || !/^https:\/\/[^/]+\.modal\.run(?:\/|$)/.test(route.apiBase))
    return { limitMs: usualMs, remark: null };
  const known = catalogue.find(({ name }) => name === model);
  const usual = known?.coldStartMs ?? null;
  const time = usual === null ? "minutes" : `about ${formatDuration(usual)}, more where it fetches its weights first`;
  return {
    limitMs: known?.startupMs ?? startupMs,
    remark: `${model} may be starting its GPU: a cold start takes ${time}`,
  };
};

/** Says the remark once the answer is late; dispose of it when it has come. */
export const remarkLater = ({ remark }: Patience, { clock, signal, emit }: Context): Disposable => {
  const answered = new AbortController();
  const end = (): void => answered.abort();
  signal.addEventListener("abort", end, { once: true });
  if (remark !== null) {
    void clock.sleep(speakAfterMs, answered.signal).then(
      () => emit({ type: "notice", level: "info", text: remark }),
      () => undefined,
    );
  }
  return {
    [Symbol.dispose]: () => {
      signal.removeEventListener("abort", end);
      end();
    },
  };
};
