import type { App } from "../app.ts";
import { openReplay } from "./cassette-session.ts";
import { variablesFor } from "./point-at.ts";
import { commandOf, type ProgramInput, type RunReport, runProgram } from "./program.ts";
import { type ReplayInput, readTapInput, type WrittenOptions } from "./tap-input.ts";
import { openTap } from "./tapped.ts";

export interface ReplayRunInput extends ProgramInput {
  readonly written: WrittenOptions;
  readonly replay: ReplayInput;
}

/**
 * Runs a program on recorded calls: no stack, no .env and no network are needed, save for `recordMissing`. Throws usage,
 * cassette-missing, cassette-invalid, command-not-found, command-not-executable.
 */
export async function replay(input: ReplayRunInput, app: App): Promise<RunReport> {
  commandOf(input, `goat-dev replay ${input.replay.file} -- pytest`);
  const tap = readTapInput(input.written, undefined);
  const gateway = input.replay.recordMissing ? await askingGateway(app) : null;
  const cassette = await openReplay(input.replay, app);
  const tapped = await openTap(tap, { gateway, cassette }, app);
  const url = gateway?.baseUrl ?? `${tapped.origin}/v1`;
  const variables = variablesFor({ url, key: gateway?.key ?? "sk-replay" }, cassette.head.model);
  return runProgram(input, { variables, tapped, anthropic: tap.anthropic }, app);
}

/** Loaded only where it is needed: reading a project costs more than replaying. */
async function askingGateway(app: App) {
  const { openGateway } = await import("./gateway.ts");
  const { gatewayAccess } = await import("../../stack/plan/endpoints.ts");
  return gatewayAccess((await openGateway(app)).gateway);
}
