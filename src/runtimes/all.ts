import type { Machine, Runtime } from "../engine/processes/runtime.ts";
import { litellmRuntime } from "./litellm/runtime.ts";
import { postgresRuntime } from "./postgres/runtime.ts";
import { recorderRuntime } from "./recorder/runtime.ts";

/** The products that run as plain processes: the one list of them, handed to the engine where it is opened. */
export function allRuntimes(machine: Machine): readonly Runtime[] {
  return [postgresRuntime(machine), recorderRuntime(machine), litellmRuntime(machine)];
}
