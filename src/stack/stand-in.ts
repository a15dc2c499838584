import { isAbort } from "../errors/describe.ts";
import { GoatError } from "../errors/goat-error.ts";
import type { StackSpec } from "../model/stack.ts";
import { deadline } from "../platform/deadline.ts";
import { health } from "../tracing/langfuse.ts";
import { tracingOf } from "./endpoints.ts";

const LIMIT_MS = 1_000;

/** The trace recorder's name where it answers in Langfuse's place; null for Langfuse, or where nothing answers. */
export const recorderName = async (stack: StackSpec, signal: AbortSignal): Promise<string | null> => {
  const tracing = tracingOf(stack);
  if (tracing === null) return null;
  const { url: baseUrl, pageUrl, publicKey, secretKey, service } = tracing;
  using limit = deadline(signal, LIMIT_MS);
  try {
    const access = { baseUrl, pageUrl, publicKey, secretKey, service: service.name };
    const { isRecorder } = await health(access, limit.signal);
    return isRecorder ? "trace recorder" : null;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof GoatError || isAbort(error)) return null;
    throw error;
  }
};
