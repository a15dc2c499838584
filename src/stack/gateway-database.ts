import { isAbort, systemCode } from "../errors/describe.ts";
import type { StackSpec } from "../model/stack.ts";
import { deadline } from "../platform/deadline.ts";
import { httpGet } from "../platform/http.ts";
import { gatewayOf, originOf } from "./endpoints.ts";

const LIMIT_MS = 1_000;

/** Whether the gateway keeps keys and budgets in a database, by its own word; null where it does not say. */
export const gatewayHasDatabase = async (stack: StackSpec, signal: AbortSignal): Promise<boolean | null> => {
  const gateway = gatewayOf(stack);
  if (gateway === null) return null;
  using limit = deadline(signal, LIMIT_MS);
  try {
    const { text } = await httpGet(`${originOf(gateway)}/health/readiness`, limit.signal);
    const db = /"db"\s*:\s*"([^"]+)"/.exec(text)?.[1]?.toLowerCase();
    return db === undefined ? null : db === "connected";
  } catch (error) {
    signal.throwIfAborted();
    if (isAbort(error) || systemCode(error) !== undefined) return null;
    throw error;
  }
};
