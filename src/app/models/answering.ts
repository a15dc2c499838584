import type { GatewayAccess } from "../../gateway/access.ts";
import { deadline } from "../../platform/deadline.ts";
import { httpStatus } from "../../platform/http.ts";

const limitMs = 1_000;

/** True where something answers at the gateway's address. */
export async function isAnswering({ baseUrl }: GatewayAccess, signal: AbortSignal): Promise<boolean> {
  using limit = deadline(signal, limitMs);
  try {
    return (await httpStatus(new URL("/health/liveliness", baseUrl).href, limit.signal)) === 200;
  } catch {
    signal.throwIfAborted();
    return false;
  }
}
