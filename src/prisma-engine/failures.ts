import { messageOf, systemCode } from "../errors/describe.ts";
import type { Address } from "./connections.ts";

/** A failure as Prisma reports it: its code, and its message, which LiteLLM searches. */
export interface Failure {
  readonly code: string | undefined;
  readonly message: string;
}

/** Codes with which Postgres ends a connection, or takes none yet. Prisma's engine translates all others. */
const goneStates = new Set(["57P01", "57P02", "57P05"]);
const notYetStates = new Set(["57P03"]);
/** Codes of Postgres in a log-in, where no query engine is there to translate them. */
const loginStates: Readonly<Record<string, string>> = { "28P01": "P1000", "28000": "P1010", "3D000": "P1003" };

export interface PostgresError extends Error {
  readonly code: string;
  readonly severity: string;
  readonly detail?: string;
  readonly column?: string;
  readonly hint?: string;
}

/** Whether the error comes from Postgres itself, and the connection can still be used. */
export function isStatementError(error: unknown): error is PostgresError {
  return isFromPostgres(error) && !goneStates.has(error.code) && !notYetStates.has(error.code);
}

function isFromPostgres(error: unknown): error is PostgresError {
  return error instanceof Error && "severity" in error && "code" in error && typeof error.code === "string";
}

/** Whether waiting may help: the server cannot be reached, closed the connection, or is still starting. */
export function isAway(error: unknown): boolean {
  if (isFromPostgres(error)) return notYetStates.has(error.code) || goneStates.has(error.code);
  return systemCode(error) !== undefined || saysTimedOut(error) || saysBroken(error);
}

/** What pg throws, in Prisma's words. */
export function failureOf(error: unknown, address: Address): Failure {
  const away = { code: "P1001", message: `Can't reach database server at \`${address.host}\`:\`${address.port}\`` };
  if (isFromPostgres(error)) {
    if (notYetStates.has(error.code)) return away;
    if (goneStates.has(error.code)) return closed;
    return { code: loginStates[error.code], message: error.message };
  }
  const message = messageOf(error);
  if (message === "timeout exceeded when trying to connect") return poolTimeout(address);
  if (saysTimedOut(error)) return away;
  const code = systemCode(error);
  if (saysBroken(error) || code === "ECONNRESET" || code === "EPIPE") return closed;
  return code === undefined ? { code: undefined, message } : away;
}

/** As the native engine says that it cannot start. */
export function unstarted({ code, message }: Failure): string {
  return JSON.stringify({ is_panic: false, message, meta: {}, error_code: code ?? null, backtrace: null });
}

const closed: Failure = { code: "P1017", message: "Server has closed the connection. (connection closed)" };

function poolTimeout({ poolTimeoutMs, poolSize }: Address): Failure {
  const figures = `(Current connection pool timeout: ${poolTimeoutMs / 1000}, connection limit: ${poolSize})`;
  const message = `Timed out fetching a new connection from the connection pool. ${figures}`;
  return { code: "P2024", message };
}

function saysTimedOut(error: unknown): boolean {
  return /connection timeout|timeout expired/.test(messageOf(error));
}

function saysBroken(error: unknown): boolean {
  return /Connection terminated|encountered a connection error|not queryable/.test(messageOf(error));
}
