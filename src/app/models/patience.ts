import { GoatError } from "../../errors/goat-error.ts";
import { usualLimitMs } from "../../gateway/access.ts";
import type { VllmModel } from "../../gateway/catalogue.ts";
import type { Route } from "../../gateway/routes.ts";
import { parseLimit } from "../../platform/duration.ts";
import { formatDuration } from "../../platform/format.ts";
import type { App } from "../app.ts";
import type { ProjectSession } from "../project.ts";
import { routeOf } from "../routes.ts";
import { vllmModels } from "./vllm.ts";

/** The limit where dev/vllm-models.json names none: long enough for large weights on Modal's GPUs. */
const startupMs = 1_200_000;
const speakAfterMs = 5_000;

/** How long a model may take, and what to say when it does. */
export interface Patience {
  readonly limitMs: number;
  readonly remark: string | null;
}

/**
 * --timeout in ms; null where it was not given. GOAT_DEV_TIMEOUT does not count: it limits how long a stack may take to
 * come up, not an answer. Throws usage.
 */
export function wantedLimit(written: string | undefined): number | null {
  if (written === undefined) return null;
  const ms = parseLimit(written.trim());
  if (ms !== undefined) return ms;
  throw new GoatError("usage", `--timeout is ${JSON.stringify(written)}, and should be a duration such as 90s or 2m`);
}

/**
 * How long a model may take to answer: the wanted limit, else the usual one, which is longer where the model may have
 * to start on Modal's GPUs first.
 */
export function patienceFor(
  model: string,
  route: Pick<Route, "apiBase"> | undefined,
  catalogue: () => readonly VllmModel[],
  wantedMs: number | null,
): Patience {
  const apiBase = route?.apiBase ?? null;
  if (apiBase === null || !/^https:\/\/[^/]+\.modal\.run(?:\/|$)/.test(apiBase)) {
    return { limitMs: wantedMs ?? usualLimitMs, remark: null };
  }
  const known = catalogue().find(({ name }) => name === model);
  const usual = known?.coldStartMs ?? null;
  const time = usual === null ? "minutes" : `about ${formatDuration(usual)}, more where it fetches its weights first`;
  return {
    limitMs: wantedMs ?? known?.startupMs ?? startupMs,
    remark: `${model} may be starting its GPU: a cold start takes ${time}`,
  };
}

/** How long a model of the project may take to answer, as `patienceFor` says it. */
export function patienceOf(model: string, session: ProjectSession, wantedMs: number | null, app: App): Patience {
  return patienceFor(model, routeOf(model, session.stack), () => vllmModels(session, app), wantedMs);
}

/** Emits the remark if the answer is late. Dispose of the result once the answer has come. */
export function remarkLater({ remark }: Patience, { clock, signal, emit }: App): Disposable {
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
}
