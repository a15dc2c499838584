import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { systemCode } from "../errors/describe.ts";
import type { ReadinessSpec } from "../model/stack.ts";
import type { Clock } from "../platform/clock.ts";
import { type HttpAnswer, httpGet, httpStatus } from "../platform/http.ts";
import { parseJson } from "../platform/json.ts";
import { loadPg, tryLogin } from "../platform/postgres.ts";

type HttpSpec = Extract<ReadinessSpec, { kind: "http" }>;

export type Probe = (context: ProbeContext) => Promise<Verdict>;

export type Verdict =
  | { readonly state: "ready" }
  | { readonly state: "pending"; readonly why: string }
  | { readonly state: "failed"; readonly why: string; readonly reason?: FailureReason };

/** The failures that a probe can identify for certain; any other is described only in `why`. */
export type FailureReason = "wrong-password" | "known-secret" | "exited";

/** What a probe sees of the service's process. */
interface Sighting {
  readonly state: "created" | "running" | "restarting" | "paused" | "exited" | "dead";
  readonly health: "none" | "starting" | "healthy" | "unhealthy";
  readonly exitCode: number | null;
  readonly startedAt: string | null;
  readonly restartCount: number;
}

export interface ProbeContext {
  readonly clock: Clock;
  /** Ends this one try. */
  readonly signal: AbortSignal;
  sighting(): Promise<Sighting | null>;
  exec(
    command: readonly string[],
    signal: AbortSignal,
  ): Promise<{ readonly exitCode: number; readonly output: string }>;
  /** The log so far. */
  log(): Promise<string>;
  /** The answer that this run already asked this URL for; null where none came, undefined where it asked none. */
  heard?(url: string): Promise<HttpAnswer | null> | undefined;
}

export const ready: Verdict = { state: "ready" };

/** Docker's proxy accepts connections before the service listens, and closes them within this time. */
const hangUpMs = 150;

/** The probe for a spec. A probe may keep state between tries, so make one for each wait. */
export function createProbe(spec: ReadinessSpec): Probe {
  switch (spec.kind) {
    case "http":
      return (context) => probeHttp(spec, context);
    case "tcp":
      return (context) => probeTcp(spec, context.signal);
    case "postgres":
      return (context) => probePostgres(spec, context.signal);
    case "exec":
      return (context) => probeExec(spec.command, context);
    case "log":
      return (context) => probeLog(spec.pattern, context);
    case "exit":
      return (context) => probeExit(spec.code, context);
    case "engine-health":
      return probeEngineHealth;
    case "running":
      return createRunningProbe(spec.forMs);
    case "all":
      return all(spec.of.map(createProbe));
    case "any":
      return any(spec.of.map(createProbe));
  }
}

const questionLimitMs = 2_000;

/** The time limit that engines use for a health check without one of its own. */
const checkLimitMs = 30_000;

/** How long one try may take: a command that is run has longer than a question to a port. */
export function tryLimitOf(spec: ReadinessSpec): number {
  if (spec.kind === "exec") return Math.max(questionLimitMs, spec.limitMs ?? checkLimitMs);
  return spec.kind === "all" || spec.kind === "any" ? Math.max(...spec.of.map(tryLimitOf)) : questionLimitMs;
}

async function probePostgres(
  spec: Extract<ReadinessSpec, { kind: "postgres" }>,
  signal: AbortSignal,
): Promise<Verdict> {
  const login = await tryLogin(spec, signal);
  if (login.ok) return ready;
  const why = `log-in as ${spec.user} on port ${spec.port}: ${login.reason}`;
  // 28P01: the server runs and knows another password. No waiting mends that.
  if (login.code === "28P01") return { state: "failed", why, reason: "wrong-password" };
  return pending(why);
}

/** A line in the log. */
async function probeLog(pattern: string, context: ProbeContext): Promise<Verdict> {
  return new RegExp(pattern, "m").test(await context.log()) ? ready : pending(`no line matches ${pattern}`);
}

/** Returns the first verdict that is not ready, in order: a later probe runs only once the earlier ones are ready. */
function all(probes: readonly Probe[]): Probe {
  return async (context) => {
    for (const probe of probes) {
      const verdict = await probe(context);
      if (verdict.state !== "ready") return verdict;
    }
    return ready;
  };
}

/** First ready wins; failed only when every one failed. */
function any(probes: readonly Probe[]): Probe {
  return async (context) => {
    const verdicts = await Promise.all(probes.map((probe) => probe(context)));
    const open = verdicts.find((verdict) => verdict.state === "ready") ?? verdicts.find((v) => v.state === "pending");
    return open ?? verdicts[0] ?? pending("nothing to ask");
  };
}

/** Preloads the pg module where one of these probes needs it, after requests that were just started have been sent. */
export function loadProbes(specs: readonly ReadinessSpec[]): void {
  // Errors are ignored here: the probe loads pg again, and reports the failure.
  if (specs.some(asksPostgres)) setImmediate(() => void loadPg().catch(() => undefined));
}

function asksPostgres(spec: ReadinessSpec): boolean {
  return "of" in spec ? spec.of.some(asksPostgres) : spec.kind === "postgres";
}

export function pending(why: string): Verdict {
  return { state: "pending", why };
}

/** Sends a GET as a user's program would: its status decides, and where the spec says so a JSON field or the log. */
export async function probeHttp(
  spec: Omit<HttpSpec, "kind">,
  { signal, log, heard }: Pick<ProbeContext, "signal" | "log" | "heard">,
): Promise<Verdict> {
  const question = `GET ${spec.path} on port ${spec.port}`;
  const host = spec.host.includes(":") ? `[${spec.host}]` : spec.host;
  const url = `http://${host}:${spec.port}${spec.path}`;
  const { says, hopeless } = spec;
  try {
    const { status, text } = (await heard?.(url)) ?? (await get(url, says !== undefined, signal));
    const why = `${question} answers ${status}`;
    const said = says === undefined ? undefined : fieldIn(text, says.field);
    if (said !== undefined && said !== says?.value)
      return pending(`${why}, and ${says?.field} is ${JSON.stringify(said)}`);
    if (status === spec.status) return ready;
    if (status !== hopeless?.status) return pending(why);
    const isLogged = (await log().catch(() => "")).includes(hopeless.log);
    return isLogged ? { state: "failed", why, reason: hopeless.reason } : pending(why);
  } catch (error) {
    return pending(`${question}: ${reasonOf(error, signal)}`);
  }
}

async function get(url: string, whole: boolean, signal: AbortSignal): Promise<Pick<HttpAnswer, "status" | "text">> {
  return whole ? httpGet(url, signal) : { status: await httpStatus(url, signal), text: "" };
}

function fieldIn(text: string, name: string): unknown {
  return Object.entries(Object(parseJson(text))).find(([key]) => key === name)?.[1];
}

function reasonOf(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return "no answer in time";
  const code = systemCode(error);
  // Docker's proxy accepts a connection before the server listens, then drops it.
  if (code === "ECONNRESET") return "connection dropped, not listening yet";
  return code === "ECONNREFUSED" ? "connection refused" : (code ?? "no answer");
}

/** Ready where a TCP connection is accepted and stays open. Proves little: an http probe is better where it can be. */
export async function probeTcp(
  spec: { readonly host: string; readonly port: number },
  signal: AbortSignal,
): Promise<Verdict> {
  const socket = connect({ host: spec.host, port: spec.port });
  try {
    await once(socket, "connect", { signal });
    return (await hangsUp(socket)) ? pending(`port ${spec.port}: connection dropped, not listening yet`) : ready;
  } catch (error) {
    return pending(`port ${spec.port}: ${signal.aborted ? "no answer in time" : (systemCode(error) ?? "refused")}`);
  } finally {
    socket.destroy();
  }
}

function hangsUp(socket: Socket): Promise<boolean> {
  return new Promise((resolve) => {
    socket.once("data", () => resolve(false));
    socket.setTimeout(hangUpMs, () => resolve(false));
    for (const end of ["end", "close", "error"]) socket.once(end, () => resolve(true));
  });
}

/** The engine's own health check decides; "unhealthy" is only information, since the deadline is ours. */
export async function probeEngineHealth(context: ProbeContext): Promise<Verdict> {
  const seen = await context.sighting();
  if (seen === null) return pending("not there yet");
  if (seen.health === "healthy") return ready;
  // An image without a health check cannot tell more than that it runs.
  if (seen.health === "none") return seen.state === "running" ? ready : pending(`state ${seen.state}`);
  return pending(`its health check says ${seen.health}`);
}

/** The service's own check command, run inside it. */
export async function probeExec(command: readonly string[], context: ProbeContext): Promise<Verdict> {
  const what = command.join(" ").slice(0, 60);
  const ended = await context.exec(command, context.signal).catch((error: unknown) => {
    if (context.signal.aborted) return null;
    throw error;
  });
  if (ended === null) return pending(`"${what}": no answer in time`);
  const { exitCode, output } = ended;
  if (exitCode === 0) return ready;
  return pending(`"${what}" ends with ${exitCode}${output === "" ? "" : `: ${lastLine(output)}`}`);
}

function lastLine(text: string): string {
  return text.trimEnd().split("\n").at(-1)?.slice(0, 200) ?? "";
}

/** A one-shot service is ready when it has ended as it should. */
export async function probeExit(code: number, context: ProbeContext): Promise<Verdict> {
  const seen = await context.sighting();
  if (seen?.state !== "exited") return pending("still running");
  if (seen.exitCode === code) return ready;
  return { state: "failed", why: `exited with status ${seen.exitCode}`, reason: "exited" };
}

/** Ready once the service has run for `forMs` without a restart, for services that no other probe can ask. */
export function createRunningProbe(forMs: number): (context: ProbeContext) => Promise<Verdict> {
  let since = 0;
  let life = "";
  return async (context) => {
    const seen = await context.sighting();
    if (seen?.state !== "running") return pending(`state ${seen?.state ?? "absent"}`);
    // Timed by this machine's clock, since the engine's may be behind; but a service that has already run for `forMs`,
    // by the engine's start time, is ready at once.
    const identity = `${seen.startedAt} ${seen.restartCount}`;
    if (identity !== life) [life, since] = [identity, context.clock.now()];
    const age = seen.startedAt === null ? 0 : context.clock.date().getTime() - Date.parse(seen.startedAt);
    const ranMs = Math.max(context.clock.now() - since, age);
    return ranMs >= forMs ? ready : pending(`running for ${Math.round(ranMs)} ms of ${forMs} ms`);
  };
}
