import { systemCode } from "../../errors/describe.ts";
import { httpStatus } from "../../platform/http.ts";
import { pending, ready, type Verdict } from "../verdict.ts";

/** Asks the question a user's program would ask: the answer's status decides. */
export const probeHttp = async (
  spec: { readonly host: string; readonly port: number; readonly path: string; readonly status: number },
  signal: AbortSignal,
): Promise<Verdict> => {
  const question = `GET ${spec.path} on port ${spec.port}`;
  const host = spec.host.includes(":") ? `[${spec.host}]` : spec.host;
  try {
    const status = await httpStatus(`http://${host}:${spec.port}${spec.path}`, signal);
    return status === spec.status ? ready : pending(`${question} answers ${status}`);
  } catch (error) {
    return pending(`${question}: ${reasonOf(error, signal)}`);
  }
};

const reasonOf = (error: unknown, signal: AbortSignal): string => {
  if (signal.aborted) return "no answer in time";
  const code = systemCode(error);
  // Docker's proxy accepts a connection before the server listens, then drops it.
  if (code === "ECONNRESET") return "connection dropped, not listening yet";
  return code === "ECONNREFUSED" ? "connection refused" : (code ?? "no answer");
};
