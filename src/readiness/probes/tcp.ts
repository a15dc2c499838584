import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { systemCode } from "../../errors/describe.ts";
import { pending, ready, type Verdict } from "../verdict.ts";

/** Docker's proxy accepts for a port on which nobody listens yet, and hangs up within this time. */
const HANG_UP_MS = 150;

/** A TCP connection that is accepted and stays. It proves little; a service that speaks HTTP deserves an http probe. */
export const probeTcp = async (
  spec: { readonly host: string; readonly port: number },
  signal: AbortSignal,
): Promise<Verdict> => {
  const socket = connect({ host: spec.host, port: spec.port });
  try {
    await once(socket, "connect", { signal });
    return (await hangsUp(socket)) ? pending(`port ${spec.port}: connection dropped, not listening yet`) : ready;
  } catch (error) {
    return pending(`port ${spec.port}: ${signal.aborted ? "no answer in time" : (systemCode(error) ?? "refused")}`);
  } finally {
    socket.destroy();
  }
};

const hangsUp = (socket: Socket): Promise<boolean> =>
  new Promise((resolve) => {
    socket.once("data", () => resolve(false));
    socket.setTimeout(HANG_UP_MS, () => resolve(false));
    for (const end of ["end", "close", "error"]) socket.once(end, () => resolve(true));
  });
