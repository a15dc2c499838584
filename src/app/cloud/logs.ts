import { GoatError } from "../../errors/goat-error.ts";
import { chooseTargets, gatewayTarget } from "../../modal/targets.ts";
import type { App } from "../app.ts";
import { type CloudInput, openCloud } from "./cloud.ts";

export interface CloudLogsInput extends CloudInput {
  /** The gateway or one model; the gateway where empty. */
  readonly targets: readonly string[];
  readonly follow: boolean;
  /** As they were written. */
  readonly tail: string | undefined;
  readonly since: string | undefined;
}

export interface CloudLogsReport {
  /** True where Ctrl-C ended it, as is usual with --follow. */
  readonly interrupted: boolean;
}

/** The logs of the gateway or of a model; every line is emitted as it comes. */
export async function cloudLogs(input: CloudLogsInput, app: App): Promise<CloudLogsReport> {
  const { cli, targets } = openCloud(input, app);
  const [word = gatewayTarget.name, ...others] = input.targets;
  const [target] = chooseTargets([word], targets, "logs");
  if (target === undefined || others.length > 0) throw new GoatError("usage", "logs shows one app at a time");
  const service = target.app;
  try {
    await cli.ask({
      args: ["app", "logs", service, "--env", cli.environment, ...optionsOf(input)],
      onLine: (line, stream) => app.emit({ type: "log", service, line, at: null, stream }),
    });
  } catch (error) {
    if (app.signal.aborted) return { interrupted: true };
    throw error;
  }
  return { interrupted: false };
}

function optionsOf({ follow, tail, since }: CloudLogsInput): readonly string[] {
  if (tail !== undefined && !/^[1-9]\d*$/.test(tail)) {
    throw new GoatError("usage", `--tail is "${tail}", and should be a number of lines`);
  }
  if (since !== undefined && !/^(?:\d+[smhd]|\d{4}-\d\d-\d\d\S*)$/.test(since)) {
    throw new GoatError("usage", `--since is "${since}", and should be like 10m, 2h or 2026-11-23T10:00:00Z`);
  }
  if (follow) {
    if (tail === undefined && since === undefined) return ["--follow"];
    throw new GoatError("usage", "Modal's CLI follows from now on only: --follow goes without --tail and --since");
  }
  return [...(tail === undefined ? [] : ["--tail", tail]), ...(since === undefined ? [] : ["--since", since])];
}
