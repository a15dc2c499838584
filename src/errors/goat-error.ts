import { catalog, type ErrorCode } from "./catalog.ts";

/** Something to type, and what it does. */
export interface Fix {
  readonly command: string;
  readonly effect: string;
}

export interface GoatErrorDetails {
  readonly service?: string;
  /** What was seen: log lines, an engine's answer. */
  readonly evidence?: readonly string[];
  readonly fixes?: readonly Fix[];
  readonly cause?: unknown;
}

/** An error as it is told to programs. */
export interface FailureReport {
  readonly code: ErrorCode;
  readonly message: string;
  /** The service that it is about. */
  readonly service?: string;
  /** What was seen. */
  readonly evidence: readonly string[];
  /** What to type, and what it does. */
  readonly fixes: readonly Fix[];
}

/** The one error class. `message` says what happened; `fixes` what to type. */
export class GoatError extends Error {
  override readonly name = "GoatError";
  readonly code: ErrorCode;
  readonly exitCode: number;
  readonly service: string | undefined;
  readonly evidence: readonly string[];
  readonly fixes: readonly Fix[];

  constructor(code: ErrorCode, message: string, details: GoatErrorDetails = {}) {
    super(message, { cause: details.cause });
    this.code = code;
    this.exitCode = catalog[code].exit;
    this.service = details.service;
    this.evidence = details.evidence ?? [];
    this.fixes = details.fixes ?? [];
  }
}

/** The same failure, with the message, evidence or fixes that are given in place of its own. */
export function retold(
  error: GoatError,
  { message = error.message, evidence = error.evidence, fixes = error.fixes }: GoatErrorDetails & { message?: string },
): GoatError {
  const service = error.service === undefined ? {} : { service: error.service };
  return new GoatError(error.code, message, { ...service, evidence, fixes, cause: error });
}

export function failureReport({ code, message, service, evidence, fixes }: GoatError): FailureReport {
  return { code, message, ...(service === undefined ? {} : { service }), evidence, fixes };
}
