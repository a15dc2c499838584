import type { StackSpec } from "../model/stack.ts";
import { decoration } from "../platform/decoration.ts";
import { health } from "../tracing/langfuse.ts";
import { tracingOf } from "./endpoints.ts";

const LIMIT_MS = 1_000;

/** The trace recorder's name where it answers in Langfuse's place; null for Langfuse, or where nothing answers. */
export const recorderName = async (stack: StackSpec, signal: AbortSignal): Promise<string | null> => {
  const tracing = tracingOf(stack);
  if (tracing === null) return null;
  const { url: baseUrl, pageUrl, publicKey, secretKey, service } = tracing;
  const access = { baseUrl, pageUrl, publicKey, secretKey, service: service.name };
  const answer = await decoration(signal, LIMIT_MS, (limited) => health(access, limited));
  return answer?.isRecorder ? "trace recorder" : null;
};
