import { once } from "node:events";
import { connect } from "node:net";
import { systemCode } from "../../errors/describe.ts";
import { pending, ready, type Verdict } from "../verdict.ts";

/** A TCP connection that is accepted. It proves little behind a proxy; a service that speaks HTTP deserves an http probe. */
export const probeTcp = async (
  spec: { readonly host: string; readonly port: number },
  signal: AbortSignal,
): Promise<Verdict> => {
  const socket = connect({ host: spec.host, port: spec.port });
  try {
    await once(socket, "connect", { signal });
    return ready;
  } catch (error) {
    return pending(`port ${spec.port}: ${signal.aborted ? "no answer in time" : (systemCode(error) ?? "refused")}`);
  } finally {
    socket.destroy();
  }
};
