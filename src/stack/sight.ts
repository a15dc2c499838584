import type { Engine } from "../engine/engine.ts";
import type { ProbeContext } from "../readiness/probe.ts";

/** What a probe of this container sees. */
export const sightContext = (
  { service, container }: { readonly service: string; readonly container: string },
  io: { readonly engine: Engine; readonly stack: string; readonly signal: AbortSignal },
): Omit<ProbeContext, "signal" | "clock"> => ({
  sighting: async () => {
    const observed = await io.engine.observe({ stack: io.stack, images: [] }, io.signal);
    return observed.services.find((found) => found.container === container) ?? null;
  },
  exec: (command) => io.engine.exec(container, command, io.signal),
  log: () => wholeLog(io.engine, service, container, io.signal),
});

const wholeLog = async (engine: Engine, service: string, container: string, signal: AbortSignal): Promise<string> => {
  const lines: string[] = [];
  const options = { containers: [{ service, container }], follow: false, tail: null, since: null, signal };
  for await (const line of engine.logs(options)) lines.push(line.line);
  return lines.join("\n");
};
