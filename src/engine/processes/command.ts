import type { ServiceSpec } from "../../model/stack.ts";
import type { Launch, LocalService, Runtime } from "./runtime.ts";

/** Runs a program of this machine as the Compose file says it. */
export const commandRuntime: Runtime = {
  name: "command",
  image: () => "command (local)",
  refuse,
  installed: async () => "command",
  install: async () => undefined,
  launch,
};

function refuse({ name, run }: ServiceSpec): string | null {
  return run.embedded?.command?.[0] === undefined
    ? `${name} has no command to run: x-goat: { embedded: { command: [...] } }`
    : null;
}

function launch({ command, environment, workingDir }: LocalService): Launch {
  const [program = "", ...args] = command;
  return { command: [program, ...args], environment, cwd: workingDir, stopSignal: "SIGTERM" };
}
