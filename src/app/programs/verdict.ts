import type { ErrorCode } from "../../errors/catalog.ts";

/** Why a run is no success although its program may have ended well. */
export interface RunVerdict {
  readonly code: ErrorCode;
  readonly message: string;
}
