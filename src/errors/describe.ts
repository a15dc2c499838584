import { GoatError } from "./goat-error.ts";

/** The error's words, whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Node's system error code (ENOENT, ECONNREFUSED), also from fetch's cause; undefined where there is none. */
export function systemCode(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  if ("code" in error && typeof error.code === "string") return error.code;
  if ("errors" in error && Array.isArray(error.errors)) return systemCode(error.errors[0]);
  return "cause" in error ? systemCode(error.cause) : undefined;
}

/** True for an error that an AbortSignal has caused, a timeout included. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && (error.name === "AbortError" || error.name === "TimeoutError");
}

/** Any thrown value as a GoatError: interrupted for an abort, internal (a bug of ours) for any other value. */
export function describe(error: unknown): GoatError {
  if (error instanceof GoatError) return error;
  if (error instanceof Error && error.name === "AbortError") {
    return new GoatError("interrupted", "interrupted", { cause: error });
  }
  const stack = error instanceof Error ? (error.stack?.split("\n").slice(1, 6) ?? []) : [];
  return new GoatError("internal", messageOf(error), { cause: error, evidence: stack.map((line) => line.trim()) });
}
