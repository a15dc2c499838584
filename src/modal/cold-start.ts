import { isAbort, messageOf, systemCode } from "../errors/describe.ts";
import { GoatError } from "../errors/goat-error.ts";
import type { Clock } from "../platform/clock.ts";
import { deadline } from "../platform/deadline.ts";
import { formatDuration } from "../platform/format.ts";
import { httpGet } from "../platform/http.ts";
import { cut } from "../platform/text.ts";

export interface ColdStart {
  /** What answers 200 once it is up. */
  readonly url: string;
  /** For messages. */
  readonly app: string;
  readonly limitMs: number;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** Called after each failed try, with the milliseconds since the start and what the try got. */
  onWait(waitedMs: number, last: string): void;
  /** What to type where it does not start. */
  readonly fixes: GoatError["fixes"];
}

/** While a container starts, Modal holds a request for 150 s, then redirects the client to go on waiting. */
const requestMs = 160_000;

/** Asks until the app answers 200 and returns the ms it took; the first request starts it. Throws modal-not-ready. */
export async function waitForStart(start: ColdStart): Promise<number> {
  const begin = start.clock.now();
  using limit = deadline(start.signal, start.limitMs);
  const waited = (): number => start.clock.now() - begin;
  let last = "nothing yet";
  try {
    while (waited() < start.limitMs) {
      const said = await askOnce(start.url, limit.signal);
      if (said === null) return waited();
      last = said;
      start.onWait(waited(), last);
      await start.clock.sleep(1_000, limit.signal);
    }
  } catch (error) {
    if (!limit.isOver()) throw error;
  }
  throw new GoatError("modal-not-ready", `${start.app} did not start within ${formatDuration(start.limitMs)}`, {
    evidence: [`last: GET ${new URL(start.url).pathname} -> ${last}`],
    fixes: start.fixes,
  });
}

/** Null for 200, else what was heard. */
async function askOnce(url: string, signal: AbortSignal): Promise<string | null> {
  using limit = deadline(signal, requestMs);
  try {
    const { status, text } = await httpGet(url, limit.signal);
    return status === 200 ? null : `${status} ${cut(text.replace(/\s+/g, " ").trim(), 100)}`.trim();
  } catch (error) {
    signal.throwIfAborted();
    if (isAbort(error)) return `no answer within ${requestMs / 1_000} s`;
    return systemCode(error) ?? messageOf(error);
  }
}
