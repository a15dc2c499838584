import { createHash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { plural } from "../platform/text.ts";
import { refuse, wholeAnswer } from "./answer.ts";
import { failureOf } from "./bill.ts";
import type { Answer, Asked, Decision, Ended, Stage } from "./call.ts";
import { requestOf } from "./cassette/format.ts";
import { meaningOf } from "./cassette/meaning.ts";
import type { Fault } from "./fault-spec.ts";

export interface FaultReport {
  readonly seed: number;
  /** How often each fault was injected, by its text as the user wrote it. */
  readonly injected: Readonly<Record<string, number>>;
  /** Calls that repeated a request which had failed so far. */
  readonly retries: number;
  /** Requests that failed at every try. */
  readonly neverSucceeded: readonly { readonly request: string; readonly failures: readonly string[] }[];
}

export interface Faults extends Stage {
  report(): FaultReport;
}

/** How one request fared, over all its tries. */
interface Fate {
  readonly request: string;
  tries: number;
  succeeded: boolean;
  readonly failures: string[];
}

/**
 * Makes calls fail as asked. Whether a fault hits a call depends only on the seed, the fault's text, the request and
 * the number of its try.
 */
export function createFaults(faults: readonly Fault[], seed: number): Faults {
  const fates = new Map<string, Fate>();
  const injected = new Map(faults.map(({ text }) => [text, 0]));
  let retries = 0;
  const keys = new WeakMap<Asked, string>();
  const garbled = new WeakSet<Asked>();

  const before = async (asked: Asked, signal: AbortSignal): Promise<Decision> => {
    if (asked.api === null) return { do: "go" };
    const { key } = meaningOf(requestOf(asked), []);
    keys.set(asked, key);
    const name = `${asked.method} ${asked.target} (${asked.question.model ?? "no model"})`;
    const fate = fates.get(key) ?? { request: name, tries: 0, succeeded: false, failures: [] };
    fates.set(key, fate);
    if (fate.failures.length > 0 && !fate.succeeded) retries += 1;
    fate.tries += 1;
    const hits = faults.filter((fault) => isHit(fault, asked, `${seed} ${fault.text} ${key} ${fate.tries}`));
    const note = (fault: Fault): void => {
      injected.set(fault.text, (injected.get(fault.text) ?? 0) + 1);
      if (fault.kind === "garbage") garbled.add(asked);
    };
    return inject(hits, asked, note, signal);
  };
  const ended = (call: Ended): void => {
    const fate = fates.get(keys.get(call.asked) ?? "");
    const failure = failureOf(call) ?? (garbled.has(call.asked) ? "garbage" : null);
    if (fate === undefined) return;
    if (failure === null) fate.succeeded = true;
    else fate.failures.push(failure);
  };
  const report = (): FaultReport => ({
    seed,
    injected: Object.fromEntries(injected),
    retries,
    neverSucceeded: [...fates.values()]
      .filter(({ succeeded, failures }) => !succeeded && failures.length > 0)
      .map(({ request, failures }) => ({ request, failures })),
  });
  return { before, ended, report };
}

function isHit({ model, rate }: Fault, { question }: Asked, draw: string): boolean {
  if (model !== null && question.model !== model) return false;
  return createHash("sha256").update(draw).digest().readUInt32BE(0) / 2 ** 32 < rate;
}

/** Waits for every latency fault; then the first fault of another kind, in the order written, ends the call. */
async function inject(
  hits: readonly Fault[],
  asked: Asked,
  note: (fault: Fault) => void,
  signal: AbortSignal,
): Promise<Decision> {
  for (const fault of hits) {
    if (fault.kind !== "latency") continue;
    note(fault);
    await delay(fault.fromMs + Math.random() * (fault.toMs - fault.fromMs), undefined, { signal });
  }
  const end = hits.find(({ kind }) => kind !== "latency");
  if (end === undefined || end.kind === "latency") return { do: "go" };
  note(end);
  if (end.kind === "timeout") return { do: "hang" };
  // A whole answer breaks in its only piece, a stream in its second.
  if (end.kind === "cut") return { do: "cut", after: asked.question.stream ? 1 : 0 };
  return { do: "answer", answer: end.kind === "status" ? failed(asked, end.status) : garbage(asked) };
}

function garbage({ question, api }: Asked): Answer {
  const type = question.stream ? "text/event-stream" : "application/json";
  const text = `${question.stream ? "data: " : ""}{"id":"${api}-0","object":"<!doctype html><title>502`;
  return wholeAnswer(200, { "content-type": type }, Buffer.from(text), "fault");
}

/** What an error is called: by LiteLLM when it passes on a provider's error, and by Anthropic's API. */
const words: Readonly<Record<number, readonly [string, string]>> = {
  400: ["BadRequestError", "invalid_request_error"],
  401: ["AuthenticationError", "authentication_error"],
  403: ["PermissionDeniedError", "permission_error"],
  404: ["NotFoundError", "not_found_error"],
  408: ["Timeout", "timeout_error"],
  429: ["RateLimitError", "rate_limit_error"],
  503: ["ServiceUnavailableError", "overloaded_error"],
  529: ["ServiceUnavailableError", "overloaded_error"],
};

/** With these statuses, providers send a `retry-after` header. */
const comesBack = [429, 503, 529];

function failed(asked: Asked, status: number): Answer {
  const [name, type] = words[status] ?? ["InternalServerError", "api_error"];
  const message = `litellm.${name}: ${name}: OpenAIException - injected by goat-dev --fault ${status}`;
  const headers = comesBack.includes(status) ? { "retry-after": "1" } : {};
  return refuse(asked, { status, type, message, headers }, "fault");
}

/**
 * For example `faults (--seed 4711): 429:20% 6 times; 7 retries seen; 1 call never succeeded: POST /v1/chat/completions
 * (m): 429, 429`.
 */
export function faultText({ seed, injected, retries, neverSucceeded }: FaultReport): string {
  const counts = Object.entries(injected).map(([fault, times]) => `${fault} ${plural(times, "time")}`);
  const lost = neverSucceeded.map(({ request, failures }) => `${request}: ${failures.join(", ")}`);
  return [
    `faults (--seed ${seed}): ${counts.join(", ")}`,
    `${plural(retries, "retry", "retries")} seen`,
    lost.length === 0
      ? "every call succeeded in the end"
      : `${plural(lost.length, "call")} never succeeded: ${lost.slice(0, 5).join("; ")}`,
  ].join("; ");
}
