import { isDeepStrictEqual } from "node:util";
import { hung } from "../../doctor/failures/service.ts";
import { GoatError } from "../../errors/goat-error.ts";
import { fieldsOf, textOf } from "../../model/fields.ts";
import type { Action } from "../../model/plan.ts";
import type { ServiceSpec } from "../../model/stack.ts";
import { deadline, decoration } from "../../platform/deadline.ts";
import { list } from "../../platform/text.ts";
import { untilHanging, whileWatched } from "../../readiness/silence.ts";
import { answerIn } from "./answer.ts";
import { type Hashes, nameOf, sourceOf, staleOf } from "./served.ts";
import { type ExecuteIo, questionTo } from "./wait.ts";

type Reload = Extract<Action, { type: "reload-service" }>;

/**
 * Has a service load its changed files, and waits until it serves them. Throws reload-refused, after which it serves
 * its former configuration, and service-hung.
 */
export async function reloadService(action: Reload, service: ServiceSpec, io: ExecuteIo): Promise<void> {
  using limit = deadline(io.signal, action.timeoutMs);
  try {
    await untilServed(action, service, io, limit.signal);
  } catch (error) {
    io.signal.throwIfAborted();
    throw limit.isOver() ? hung(service, `it has not reloaded within ${action.timeoutMs} ms`) : error;
  }
}

async function untilServed(action: Reload, service: ServiceSpec, io: ExecuteIo, signal: AbortSignal): Promise<void> {
  let before: Hashes | null = null;
  for (;;) {
    const files = await reload(action, service, io, signal);
    const stale = staleOf(service, files);
    if (stale.length === 0) return;
    // Twice the same hashes: the service sees another file than this machine. Else a file was being written: try again.
    if (before !== null && isDeepStrictEqual(files, before)) return startAnew(action.container, service, stale, io);
    before = files;
  }
}

/** The files that are served afterwards. */
async function reload(action: Reload, service: ServiceSpec, io: ExecuteIo, signal: AbortSignal): Promise<Hashes> {
  const { container, command, variables } = action;
  // In a variable of the environment: arguments show in every process list.
  const environment = { GOAT_DEV_VARIABLES: JSON.stringify(variables) };
  const work = (limited: AbortSignal) => io.engine.exec(container, [...command, "reload"], limited, { environment });
  const watches = io.settled.has(service.name) ? [launcherHangs, servingHangs] : [launcherHangs];
  const asked = watches.map((watch) => (over: AbortSignal) => watch(action, service, io, over));
  const { output } = await whileWatched(work, asked, signal);
  const answer = answerIn(output);
  if (answer["ok"] !== true) throw refused(service, textOf(answer["why"]) ?? (output.trim() || "it does not say why"));
  return fieldsOf(answer["files"]);
}

/** How long a launcher may be silent. */
const patienceMs = 10_000;

const launcherEveryMs = 4_000;

/**
 * Asks the launcher until the signal fires. A launcher does nothing but answer, so one that is silent hangs or was
 * stopped, and reloads nothing. Throws service-hung.
 */
async function launcherHangs(
  { container, command }: Reload,
  service: ServiceSpec,
  { engine, clock }: ExecuteIo,
  signal: AbortSignal,
): Promise<never> {
  for (;;) {
    await clock.sleep(launcherEveryMs, signal);
    const ask = (limited: AbortSignal) => engine.exec(container, [...command, "status"], limited);
    if ((await decoration(signal, patienceMs, ask)) === null)
      throw hung(service, `its launcher: no answer within ${patienceMs} ms`);
  }
}

/** Asks the former process, which serves until the new one does: if silent, it hangs. Throws service-hung. */
async function servingHangs(
  { container }: Reload,
  service: ServiceSpec,
  io: ExecuteIo,
  signal: AbortSignal,
): Promise<never> {
  const ask = questionTo(service.ready, { service: service.name, container }, io);
  throw hung(service, `while it reloads: ${await untilHanging(ask, { clock: io.clock, signal })}`);
}

/** Restarts the service: a file mounted by itself stays the replaced one until a start looks up its name again. */
async function startAnew(
  container: string,
  service: ServiceSpec,
  stale: readonly string[],
  io: ExecuteIo,
): Promise<void> {
  const text = `${service.name} still reads the old ${list(stale)}, so it is restarted: mounting its folder instead avoids that`;
  io.emit({ type: "notice", level: "warning", text });
  const { signal } = io;
  await io.engine.apply({ type: "stop-container", container, signal: null, graceMs: null }, { signal, progress });
  io.watch.deathOf(container, { starting: true });
  await io.engine.apply({ type: "start-container", container }, { signal, progress });
}

function progress(): void {
  // Nothing is reported: the stop and the start take no longer than the service does.
}

function refused(service: ServiceSpec, why: string): GoatError {
  const { name } = service;
  return new GoatError("reload-refused", `${name} keeps its former configuration: ${here(service, why)}`, {
    service: name,
    fixes: [
      { command: "goat-dev up", effect: "takes it over, once that is fixed" },
      { command: `goat-dev restart --hard ${name}`, effect: "restarts its process" },
    ],
  });
}

/** With this machine's names for files of the container. */
function here(service: ServiceSpec, why: string): string {
  return (service.reload?.files ?? []).reduce(
    (text, target) => text.replaceAll(target, nameOf(service, sourceOf(service, target))),
    why,
  );
}
