import type { Engine } from "../../engine/engine.ts";
import type { ErrorCode } from "../../errors/catalog.ts";
import { type Fix, GoatError } from "../../errors/goat-error.ts";
import type { Action } from "../../model/plan.ts";
import type { ReadinessSpec, ServiceSpec } from "../../model/stack.ts";
import { formatBytes } from "../../platform/format.ts";
import { createProbe, type ProbeContext } from "../../readiness/probe.ts";
import { type WaitResult, waitUntilReady } from "../../readiness/wait.ts";
import type { EngineContext } from "../engine-context.ts";
import { databaseUser, databaseUsers, noSuchUser } from "./database-users.ts";
import type { Reporter } from "./report.ts";
import { type Death, isDeath, type Watch } from "./watch.ts";

/** What a plan is run with. */
export interface ExecuteIo extends EngineContext {
  readonly watch: Watch;
  readonly report: Reporter;
  /** The stack's name. */
  readonly stack: string;
  readonly services: readonly ServiceSpec[];
  /** On the clock, in milliseconds; null for no limit but each service's own. */
  readonly deadline: number | null;
}

type Wait = Extract<Action, { type: "await-ready" | "await-exit" }>;

/** Waits until the service answers, or has completed; throws at once when it ends otherwise. */
export async function awaitService(wait: Wait, service: ServiceSpec, io: ExecuteIo): Promise<void> {
  const completes = wait.type === "await-exit";
  const spec: ReadinessSpec = completes ? { kind: "exit", code: 0 } : service.ready;
  const scene = { engine: io.engine, service, container: wait.container, stack: io.stack };
  // A service that is meant to end may do so: the probe reads its exit status.
  const death = completes ? null : io.watch.deathOf(wait.container, { starting: false });
  const begin = io.clock.now();
  const options = {
    clock: io.clock,
    signal: death === null ? io.signal : AbortSignal.any([io.signal, death]),
    timeoutMs: Math.max(0, Math.min(wait.timeoutMs, (io.deadline ?? Number.POSITIVE_INFINITY) - begin)),
    context: probeContext(wait, io),
    onHeard: (why: string) => io.report.heard(wait.service, why),
  };
  try {
    const result = await waitUntilReady(createProbe(spec), options);
    if (result.state !== "ready") throw await waitError(scene, result);
  } catch (error) {
    if (io.signal.aborted || !isDeath(death?.reason)) throw error;
    throw await deathError(scene, death.reason, io.clock.now() - begin);
  }
}

/** How a probe looks at this container. */
export function probeContext(
  { service, container }: { readonly service: string; readonly container: string },
  io: { readonly engine: Engine; readonly stack: string; readonly signal: AbortSignal },
): Omit<ProbeContext, "signal" | "clock"> {
  return {
    sighting: async () => {
      const observed = await io.engine.observe({ stack: io.stack, images: [] }, io.signal);
      return observed.services.find((found) => found.container === container) ?? null;
    },
    exec: (command) => io.engine.exec(container, command, io.signal),
    log: () => wholeLog(io.engine, service, container, io.signal),
  };
}

async function wholeLog(engine: Engine, service: string, container: string, signal: AbortSignal): Promise<string> {
  const lines: string[] = [];
  const options = { containers: [{ service, container }], follow: false, tail: null, since: null, signal };
  for await (const line of engine.logs(options)) lines.push(line.line);
  return lines.join("\n");
}

const EVIDENCE_LINES = 8;

const LOG_LIMIT_MS = 2_000;

interface Scene {
  readonly engine: Engine;
  readonly service: ServiceSpec;
  readonly container: string;
  /** The stack's name. */
  readonly stack: string;
}

/** A service ended while it was waited for (or later: `afterMs` null): its exit status and last lines. */
export async function deathError(scene: Scene, death: Death, afterMs: number | null): Promise<GoatError> {
  const { name } = scene.service;
  const when = afterMs === null ? "after it was ready" : `after ${(afterMs / 1000).toFixed(1)} s`;
  const evidence = await lastLines(scene);
  if (death.outOfMemory) {
    const message = `${name} was killed ${when}: it ran out of memory`;
    return failure("service-out-of-memory", message, scene, evidence, [moreMemory(scene.service)]);
  }
  const status = death.exitCode === null ? "" : ` with status ${death.exitCode}`;
  const policy = scene.service.run.docker?.restart.name ?? "no";
  const loops = policy === "always" || policy === "unless-stopped";
  const message = `${name} exited${status} ${when}${loops ? " and would be restarted for ever" : ""}`;
  return failure(loops ? "service-restarting" : "service-exited", message, scene, evidence);
}

/** The wait ended without a ready service. */
async function waitError(scene: Scene, result: Exclude<WaitResult, { state: "ready" }>): Promise<GoatError> {
  const { name } = scene.service;
  const seconds = Math.round(result.tookMs / 1000);
  const heard = `last: ${result.why}`;
  if (result.state === "failed" && result.reason === "wrong-password") return loginError(scene, result.why);
  if (result.state === "failed" && result.reason === "known-secret") return knownSecret(scene, result.why);
  const lines = await lastLines(scene);
  if (result.state === "failed") return failure("service-exited", `${name} ${result.why}`, scene, lines);
  return failure("service-not-ready", `${name} is not ready after ${seconds} s; ${heard}`, scene, lines);
}

/** A wrong name and a wrong password get the same answer from the server; the data's own files tell them apart. */
async function loginError(scene: Scene, why: string): Promise<GoatError> {
  const { service } = scene;
  const evidence = [why, ...(await volumesOf(scene))];
  const user = databaseUser(service);
  const users = await databaseUsers(scene, AbortSignal.timeout(LOG_LIMIT_MS)).catch(() => null);
  if (users !== null && !users.all.includes(user)) return noSuchUser(service, user, users, evidence);
  return new GoatError(
    "database-password-drift",
    `${service.name} refuses the log-in: POSTGRES_PASSWORD is not the one its volume was made with`,
    {
      service: service.name,
      evidence,
      fixes: [
        { command: "goat-dev db set-password", effect: "gives the database the password of .env, keeps the data" },
        { command: "goat-dev down --volumes", effect: "deletes the data, asks first" },
      ],
    },
  );
}

/** Langfuse makes a pair of keys when it first sees the public one, and no secret twice. */
async function knownSecret(scene: Scene, why: string): Promise<GoatError> {
  const { name } = scene.service;
  const said = (await lastLines(scene)).filter((line) => line.includes("secret"));
  const message = `${name} has the secret of .env under another public key: both must be new, or neither`;
  return new GoatError("tracing-key-drift", message, {
    service: name,
    evidence: [why, ...said],
    fixes: [
      {
        command: "set a new LANGFUSE_SECRET_KEY beside the new LANGFUSE_PUBLIC_KEY in .env, then goat-dev up",
        effect: "makes a new pair of keys; traces stay",
      },
      {
        command: "goat-dev up",
        effect: "once the earlier LANGFUSE_PUBLIC_KEY is back in .env: goes on with that pair",
      },
    ],
  });
}

/** "volume goat_postgres-data was made on 2026-11-02"; nothing where the engine cannot say. */
async function volumesOf({ engine, service, stack }: Scene): Promise<readonly string[]> {
  const keys = (service.run.docker?.mounts ?? []).flatMap((mount) => (mount.kind === "volume" ? [mount.volume] : []));
  const observed = await engine.observe({ stack, images: [] }, AbortSignal.timeout(LOG_LIMIT_MS)).catch(() => null);
  return (observed?.volumes ?? [])
    .filter((volume) => keys.includes(volume.key) && volume.createdAt !== null)
    .map((volume) => `volume ${volume.name} was made on ${volume.createdAt?.slice(0, 10)}`);
}

function moreMemory({ name, run }: ServiceSpec): Fix {
  const limit = run.docker?.memoryBytes;
  return limit === undefined
    ? { command: "docker info --format '{{.MemTotal}}'", effect: "the bytes that the engine has in all: give it more" }
    : { command: "goat-dev up", effect: `once mem_limit of ${name} (${formatBytes(limit)} now) is raised` };
}

function failure(
  code: ErrorCode,
  message: string,
  { service }: Scene,
  evidence: readonly string[],
  fixes: readonly Fix[] = [],
): GoatError {
  const log: Fix = { command: `goat-dev logs ${service.name}`, effect: "the whole log" };
  return new GoatError(code, message, { service: service.name, evidence, fixes: [...fixes, log] });
}

/** The log's last lines; none where the engine cannot give them any more. */
async function lastLines({ engine, service, container }: Scene): Promise<readonly string[]> {
  const lines: string[] = [];
  const options = {
    containers: [{ service: service.name, container }],
    follow: false,
    tail: EVIDENCE_LINES,
    since: null,
    signal: AbortSignal.timeout(LOG_LIMIT_MS),
  };
  try {
    for await (const line of engine.logs(options)) lines.push(line.line);
  } catch {
    // The failure that is being told matters more than a log that cannot be read.
  }
  return lines.filter((line) => line.trim() !== "").slice(-EVIDENCE_LINES);
}
