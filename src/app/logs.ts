import { lineTells } from "../doctor/failures/diagnose.ts";
import type { LogLine } from "../engine/engine.ts";
import type { ObservedService } from "../model/observed.ts";
import { checkNames } from "../stack/plan/graph.ts";
import { type FollowOptions, followLogs } from "../stack/run/follow-logs.ts";
import { observeStack } from "../stack/run/observe.ts";
import type { App } from "./app.ts";
import { type OpenStack, openProject, openStack } from "./project.ts";

export interface LogsInput {
  /** Empty means all. */
  readonly services: readonly string[];
  /** Keep reading new lines as they come. */
  readonly follow: boolean;
  /** Last lines of each service; null for all. */
  readonly tail: number | null;
  /** ISO time; null for all. */
  readonly since: string | null;
}

export interface LogsReport {
  /** An interrupt ended it, as always where lines are followed. */
  readonly interrupted: boolean;
}

/** Reads the services' logs and emits each line as a `log` event. Throws unknown-service. */
export async function logs({ services, follow, tail, since }: LogsInput, app: App): Promise<LogsReport> {
  const { signal, emit } = app;
  const session = await openProject(app);
  checkNames(session.stack, services);
  const open = await openStack(app, session);
  const isAsked = (name: string): boolean => services.length === 0 || services.includes(name);
  const onFound = (found: readonly ObservedService[]): void => {
    if (found.length === 0) emit({ type: "notice", level: "info", text: "no containers yet: goat-dev up" });
  };
  const note = notes(open, emit);
  const options = { isAsked, onFound, tail, since };
  for await (const line of follow ? followLogs(open.stack, options, open) : await keptLogs(open, options)) {
    emit({ type: "log", ...line });
    note(line);
  }
  return { interrupted: signal.aborted };
}

async function keptLogs(
  open: OpenStack,
  { isAsked, onFound, tail, since }: FollowOptions,
): Promise<AsyncIterable<LogLine>> {
  const observed = await observeStack(open.stack, open);
  const found = observed.services.filter(({ name }) => isAsked(name));
  onFound(found);
  const containers = found.map(({ name, container }) => ({ service: name, container }));
  return open.engine.logs({ containers, follow: false, tail, since, signal: open.signal });
}

/**
 * Returns a function that puts a note under a log line that shows a known failure: what it is, and what to type. A
 * failure of a service is noted only once.
 */
function notes({ stack, engine }: OpenStack, emit: App["emit"]): (line: LogLine) => void {
  const told = new Set<string>();
  return ({ service: name, line }) => {
    const service = stack.services.find((each) => each.name === name);
    if (service === undefined) return;
    const found = lineTells(line, { service, engine: engine.kind });
    if (found === null || told.has(`${name} ${found.code}`)) return;
    told.add(`${name} ${found.code}`);
    const [fix] = found.fixes;
    const todo = fix === undefined ? "" : `: ${fix.command}`;
    emit({ type: "notice", level: "info", text: `${found.message} [${found.code}]${todo}` });
  };
}
