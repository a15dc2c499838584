import type { ServiceChange } from "../engine.ts";
import { type Doing, translate } from "./errors.ts";
import { label } from "./labels.ts";
import type { Reader } from "./reader.ts";
import { jsonLines } from "./streams.ts";

interface EngineEvent {
  readonly Action?: string;
  readonly timeNano?: number;
  readonly Actor?: { readonly ID?: string; readonly Attributes?: Readonly<Record<string, string>> };
}

/** Changes of a stack's containers as the engine reports them. */
export async function* changes(
  reader: Reader,
  stack: string,
  options: { readonly signal: AbortSignal; ready?(): void },
): AsyncGenerator<ServiceChange> {
  const { signal } = options;
  const doing: Doing = { verb: "watch", subject: stack };
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  try {
    const filters = JSON.stringify({ type: ["container"], label: [`${label.project}=${stack}`] });
    const stream = await reader.stream("/events", either, { filters });
    const isNews = newsSince(stream.headers.date);
    // The engine sends the headers just before it subscribes; an answer to a later request means that it has.
    (await reader.stream("/_ping", either, {})).resume();
    options.ready?.();
    for await (const event of jsonLines(stream)) {
      const change = toChange(event as EngineEvent);
      if (change !== null && isNews(event as EngineEvent)) yield change;
    }
  } catch (error) {
    // An aborted stream ends with ECONNRESET as well as with AbortError; both are a clean end.
    if (!signal.aborted) throw translate(error, doing);
  } finally {
    stop.abort();
  }
}

/** What an engine event says about a service; null for the many that say nothing. */
export function toChange(event: EngineEvent): ServiceChange | null {
  const type = typeOf(event.Action ?? "");
  const attributes = event.Actor?.Attributes ?? {};
  const service = attributes[label.service];
  if (type === null || service === undefined || attributes[label.oneOff] === "True") return null;
  const exitCode = type === "died" && attributes["exitCode"] !== undefined ? Number(attributes["exitCode"]) : null;
  return { service, handle: event.Actor?.ID ?? "", container: attributes["name"] ?? "", type, exitCode };
}

/**
 * True for events that were not sent before. Podman below 4.5 cuts its event file to the newer half at 1 MB, and then
 * sends that half again. `date` is the response's header: the engine's own clock, as in the events, to a second.
 */
function newsSince(date: string | undefined): (event: EngineEvent) => boolean {
  const sinceMs = Date.parse(date ?? "");
  const heard = new Set<string>();
  return ({ timeNano, Action, Actor }) => {
    if (timeNano === undefined) return true;
    const event = `${timeNano} ${Action} ${Actor?.ID}`;
    const isOld = timeNano / 1e6 < sinceMs || heard.has(event);
    heard.add(event);
    return !isOld;
  };
}

function typeOf(action: string): ServiceChange["type"] | null {
  switch (action) {
    case "start":
      return "started";
    case "die":
      return "died";
    case "oom":
      return "out-of-memory";
    case "destroy":
    // Podman's word.
    case "remove":
      return "removed";
    case "health_status: healthy":
      return "healthy";
    case "health_status: unhealthy":
      return "unhealthy";
    default:
      return null;
  }
}
