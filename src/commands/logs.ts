import { GoatError } from "../errors/goat-error.ts";
import { checkNames } from "../stack/graph.ts";
import { observeStack } from "../stack/observe.ts";
import type { Context, Input, Run } from "./command.ts";
import { openSession, openWorld } from "./session.ts";

export const logs: Run = async (input, context) => {
  const read = await openSession(context, input);
  checkNames(read.stack, input.args);
  const { world, session } = await openWorld(context, read);
  const observed = await observeStack(session.stack, world);
  const containers = observed.services
    .filter((found) => input.args.length === 0 || input.args.includes(found.name))
    .map((found) => ({ service: found.name, container: found.container }));
  if (containers.length === 0) {
    context.emit({ type: "notice", level: "info", text: "no containers yet: goat-dev up" });
  }
  const options = {
    containers,
    follow: input.flag("follow"),
    tail: tailOf(input),
    since: sinceOf(input, context),
    signal: context.signal,
  };
  for await (const line of world.engine.logs(options)) context.emit({ type: "log", ...line });
  // Ctrl-C is how following ends: nothing to tell, but a script sees it.
  return context.signal.aborted ? new GoatError("interrupted", "interrupted").exitCode : undefined;
};

const tailOf = (input: Input): number | null => {
  const text = input.text("tail");
  if (text === undefined || text === "all") return null;
  if (/^\d+$/.test(text)) return Number(text);
  throw new GoatError("usage", `--tail is "${text}", and should be a number of lines`);
};

const unitMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A duration back from now, or a time. */
const sinceOf = (input: Input, context: Context): string | null => {
  const text = input.text("since");
  if (text === undefined) return null;
  const back = /^(\d+)([smhd])$/.exec(text);
  const time =
    back === null ? Date.parse(text) : context.clock.date().getTime() - Number(back[1]) * (unitMs[back[2] ?? ""] ?? 0);
  if (Number.isFinite(time)) return new Date(time).toISOString();
  throw new GoatError("usage", `--since is "${text}", and should be like 10m, 2h or 2026-11-23T10:00:00Z`);
};
