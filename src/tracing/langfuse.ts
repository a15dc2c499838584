import { GoatError } from "../errors/goat-error.ts";
import { type Answer, request, type TracingAccess, textField, wordsOf } from "./request.ts";
import { readTrace, type Trace } from "./trace.ts";

export interface TracingHealth {
  readonly version: string;
  /** True for goat-dev's own trace recorder, which stands in where Langfuse's image cannot be had. */
  readonly isRecorder: boolean;
}

const recorderMark = "goat-dev trace recorder";

function notLangfuse(access: TracingAccess, path: string, answer: Answer): GoatError {
  return new GoatError("tracing-refused", `${access.service} at ${access.baseUrl} does not answer as Langfuse does`, {
    service: access.service,
    evidence: [`GET ${path} -> ${answer.status}`],
    fixes: [{ command: "goat-dev status", effect: "shows what listens where" }],
  });
}

/**
 * Version and kind, from the health answer, which needs no keys. Throws `service-not-ready` where the service is
 * unhealthy or silent, `tracing-refused` where something else answers.
 */
export async function health(access: TracingAccess, signal: AbortSignal): Promise<TracingHealth> {
  const path = "/api/public/health";
  const answer = await request(access, path, signal);
  const version = textField(answer.json, "version");
  if (version !== null && answer.status !== 200) throw notHealthy(access, path, answer);
  if (version === null) throw notLangfuse(access, path, answer);
  return { version, isRecorder: isRecorder(answer.json) };
}

/** True where this health answer is of goat-dev's own trace recorder. */
export function isRecorder(health: unknown): boolean {
  return textField(health, "service") === recorderMark;
}

function notHealthy(access: TracingAccess, path: string, answer: Answer): GoatError {
  return new GoatError("service-not-ready", `${access.service} says that it is unhealthy: ${wordsOf(answer)}`, {
    service: access.service,
    evidence: [`GET ${path} -> ${answer.status}`],
    fixes: [{ command: `goat-dev logs ${access.service}`, effect: "shows its log" }],
  });
}

/**
 * The trace, or null while it does not exist. Throws `service-not-ready` on 5xx or no answer, else `tracing-refused`:
 * on 401 and 403, and on any answer that is not Langfuse's.
 */
export async function findTrace(access: TracingAccess, traceId: string, signal: AbortSignal): Promise<Trace | null> {
  const path = `/api/public/traces/${encodeURIComponent(traceId)}`;
  const json = await askLangfuse(access, path, signal);
  if (json === undefined) return null;
  const trace = readTrace(access, json);
  if (trace === null) throw notLangfuse(access, path, { status: 200, json });
  return trace;
}

/** One GET of the public API; undefined for what is not there. Throws as `findTrace` does. */
export async function askLangfuse(
  access: TracingAccess,
  path: string,
  signal: AbortSignal,
  limitMs?: number,
): Promise<unknown> {
  const answer = await request(access, path, signal, limitMs);
  if (answer.status === 401 || answer.status === 403) throw keysRefused(access, path, answer);
  // A 404 without the API's words comes from something else on that port.
  if (answer.status === 404 && textField(answer.json, "message") !== null) return undefined;
  if (answer.status >= 500) throw notHealthy(access, path, answer);
  if (answer.status !== 200 || answer.json === undefined) throw notLangfuse(access, path, answer);
  return answer.json;
}

/** Checks that the keys are accepted. Throws the same errors as `findTrace`. */
export async function checkKeys(access: TracingAccess, signal: AbortSignal): Promise<void> {
  const path = "/api/public/projects";
  const answer = await request(access, path, signal);
  if (answer.status === 401 || answer.status === 403) throw keysRefused(access, path, answer);
  if (answer.status >= 500) throw notHealthy(access, path, answer);
  if (answer.status !== 200) throw notLangfuse(access, path, answer);
}

/** The error for refused keys, usually because a secret was changed in .env while the database keeps the old one. */
function keysRefused(access: TracingAccess, path: string, answer: Answer): GoatError {
  return new GoatError("tracing-refused", `${access.service} refuses the keys of .env: ${wordsOf(answer)}`, {
    service: access.service,
    evidence: [
      `GET ${path} -> ${answer.status}`,
      "Langfuse stores a project's keys when it first sees the public key; a secret changed later is not taken over",
    ],
    fixes: [
      { command: "goat-dev up", effect: "restarts it if its keys in .env changed since" },
      {
        command: "set a new LANGFUSE_PUBLIC_KEY and a new LANGFUSE_SECRET_KEY in .env, then goat-dev up",
        effect: "makes a new pair of keys; traces stay",
      },
    ],
  });
}
