import { GoatError } from "../../errors/goat-error.ts";
import { chooseTargets, gatewayTarget, type Target } from "../../modal/targets.ts";
import type { Context, Input, Run } from "../old-command.ts";
import { type Cloud, openCloud } from "./open.ts";

export const logs: Run = async (input, context) => {
  const cloud = openCloud(context, input);
  const [word = gatewayTarget.name, ...others] = input.args;
  const [target] = chooseTargets([word], cloud.targets, "logs");
  if (target === undefined || others.length > 0) throw new GoatError("usage", "logs shows one app at a time");
  const options = optionsOf(input);
  try {
    await show(cloud, target, options, context);
  } catch (error) {
    // Ctrl-C is how following ends: nothing to tell, but a script sees it.
    if (context.signal.aborted) return new GoatError("interrupted", "interrupted").exitCode;
    throw error;
  }
  return undefined;
};

const show = async ({ cli }: Cloud, { app }: Target, options: readonly string[], context: Context): Promise<void> => {
  await cli.ask({
    args: ["app", "logs", app, "--env", cli.environment, ...options],
    onLine: (line, stream) => context.emit({ type: "log", service: app, line, at: null, stream }),
  });
};

const optionsOf = (input: Input): readonly string[] => {
  const [tail, since] = [input.text("tail"), input.text("since")];
  if (tail !== undefined && !/^[1-9]\d*$/.test(tail)) {
    throw new GoatError("usage", `--tail is "${tail}", and should be a number of lines`);
  }
  if (since !== undefined && !/^(?:\d+[smhd]|\d{4}-\d\d-\d\d\S*)$/.test(since)) {
    throw new GoatError("usage", `--since is "${since}", and should be like 10m, 2h or 2026-11-23T10:00:00Z`);
  }
  if (input.flag("follow")) {
    if (tail === undefined && since === undefined) return ["--follow"];
    throw new GoatError("usage", "Modal's CLI follows from now on only: --follow goes without --tail and --since");
  }
  return [...(tail === undefined ? [] : ["--tail", tail]), ...(since === undefined ? [] : ["--since", since])];
};
