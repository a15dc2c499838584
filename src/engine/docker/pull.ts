import type Docker from "dockerode";
import { messageOf, systemCode } from "../../errors/describe.ts";
import { type Fix, GoatError, type GoatErrorDetails } from "../../errors/goat-error.ts";
import type { Operation } from "../../model/plan.ts";
import type { Clock } from "../../platform/clock.ts";
import type { ApplyIo, Progress } from "../engine.ts";
import { abortError, engineDiskFull, engineWords, isDiskFull, statusOf } from "./errors.ts";
import { type RegistryAuth, type RegistryLogin, registryOf } from "./registry-auth.ts";
import { jsonLines } from "./streams.ts";

type PullImage = Extract<Operation, { type: "pull-image" }>;

export interface PullTools {
  readonly clock: Clock;
  /** From 0 to 1. */
  random(): number;
  login(image: string, signal: AbortSignal): Promise<RegistryLogin>;
}

/**
 * Pulls an image. Failures that may pass (429, 5xx, time-outs, dropped connections) are tried again, 4 tries in all.
 * Throws image-unavailable, image-architecture, disk-full, engine-unreachable.
 */
export async function pull(docker: Docker, op: PullImage, tools: PullTools, io: ApplyIo): Promise<void> {
  const login = await tools.login(op.image, io.signal);
  for (let attempt = 1; ; attempt += 1) {
    try {
      await pullOnce(docker, op, login.auth, io);
      return;
    } catch (error) {
      if (io.signal.aborted) throw abortError(io.signal);
      if (systemCode(error) === "ECONNREFUSED" || systemCode(error) === "ENOENT") {
        throw new GoatError("engine-unreachable", `the engine went away: ${messageOf(error)}`, { cause: error });
      }
      if (attempt === tries || !isPassing(error)) throw unavailable(op.image, error, attempt, login);
      const delayMs = firstDelayMs * 2 ** (attempt - 1) * (0.5 + tools.random());
      io.progress({ says: "trouble", text: `pulling ${op.image} again: ${engineWords(error)}` });
      await tools.clock.sleep(delayMs, io.signal);
    }
  }
}

const tries = 4;

const firstDelayMs = 1_000;

async function pullOnce(docker: Docker, op: PullImage, auth: RegistryAuth | null, io: ApplyIo): Promise<void> {
  const stream = await docker.pull(op.image, {
    ...(op.platform === undefined ? {} : { platform: op.platform }),
    ...(auth === null ? {} : { authconfig: auth }),
    abortSignal: io.signal,
  });
  let layers: Layers = new Map();
  for await (const document of jsonLines(stream as AsyncIterable<Uint8Array>)) {
    const event = document as PullEvent;
    if (event.error !== undefined) throw pullFailure(event);
    const before = layers;
    layers = advance(layers, event);
    if (layers !== before) io.progress({ ...toProgress(layers), parts: layers });
  }
}

/** The error that a registry reported inside a stream that had begun with status 200. */
function pullFailure(event: PullEvent): Error {
  return Object.assign(new Error(event.errorDetail?.message ?? event.error ?? "the pull failed"), {
    statusCode: event.errorDetail?.code,
  });
}

const final =
  /denied|unauthorized|authentication required|not found|manifest unknown|no matching manifest|no match for platform|invalid reference|no such host|no space left/i;

const passing =
  /toomanyrequests|too many requests|rate limit|timeout|timed out|time-out|connection reset|connection refused|broken pipe|unexpected EOF|handshake|canceled|temporar|\b5\d\d (?:Internal|Bad|Service|Gateway)/i;

/** The engine passes on most of a registry's answers as status 500 or as text alone, so the words have to be read. */
function isPassing(error: unknown): boolean {
  const words = engineWords(error);
  if (final.test(words)) return false;
  const status = statusOf(error);
  if (status !== undefined && (status === 429 || status >= 500)) return true;
  return passing.test(words) || ["ECONNRESET", "ETIMEDOUT", "EPIPE"].includes(systemCode(error) ?? "");
}

function unavailable(image: string, error: unknown, attempts: number, login: RegistryLogin): GoatError {
  const words = engineWords(error);
  const details = { cause: error, evidence: [words] };
  if (isDiskFull(words)) return engineDiskFull(`the image ${image}`, details);
  if (/no matching manifest|no match for platform/i.test(words)) return otherProcessor(image, details);
  if (refusal.test(words) && login.from !== null) return loginRefused(image, login, details);
  const after = attempts > 1 ? ` (tried ${attempts} times)` : "";
  return new GoatError("image-unavailable", `the image ${image} cannot be pulled${after}: ${words}`, {
    ...details,
    fixes: fixesFor(image, words),
  });
}

const refusal = /denied|unauthorized|authentication|incorrect username or password/i;

function otherProcessor(image: string, details: GoatErrorDetails): GoatError {
  return new GoatError("image-architecture", `the image ${image} is not made for this machine's processor`, {
    ...details,
    fixes: [{ command: `docker manifest inspect ${image}`, effect: "lists those that it is made for: name another" }],
  });
}

/** A registry refuses even a public image to a request with an expired log-in. */
function loginRefused(image: string, { auth, from }: RegistryLogin, details: GoatErrorDetails): GoatError {
  const named = nameOfRegistry(image);
  const login = { command: `docker login${named}`, effect: "logs in anew; then goat-dev up" };
  const [message, fix] =
    auth === null
      ? [
          `the image ${image} needs a log-in, and ${from} cannot be run`,
          {
            command: "$EDITOR ~/.docker/config.json",
            effect: `remove credsStore or credHelpers, or install ${from}; then: docker login`,
          },
        ]
      : [
          `the registry of ${image} refuses the log-in that ${from} keeps: it may have expired`,
          { command: `docker logout${named}`, effect: "forgets it: a public image needs none; then goat-dev up" },
        ];
  return new GoatError("image-unavailable", message, { ...details, fixes: [fix, login] });
}

/** The argument of `docker login` and `docker logout`, after a space; empty for Docker Hub. */
function nameOfRegistry(image: string): string {
  const registry = registryOf(image);
  return registry.startsWith("https:") ? "" : ` ${registry}`;
}

function fixesFor(image: string, words: string): readonly Fix[] {
  const logIn = { command: `docker login${nameOfRegistry(image)}`, effect: "if the image needs a log-in" };
  if (/toomanyrequests|too many requests|rate limit/i.test(words))
    return [{ ...logIn, effect: "raises the registry's limit" }];
  const again = { command: `docker pull ${image}`, effect: "tries again, and shows the registry's answer" };
  return refusal.test(words) ? [logIn, again] : [again];
}

/** One document of a pull's stream. */
export interface PullEvent {
  readonly id?: string;
  readonly status?: string;
  readonly progressDetail?: { readonly current?: number; readonly total?: number };
  readonly error?: string;
  readonly errorDetail?: { readonly code?: number; readonly message?: string };
}

interface Layer {
  readonly current: number;
  readonly total: number;
  readonly stage: "waiting" | "downloading" | "downloaded" | "extracting" | "done";
}

export type Layers = ReadonlyMap<string, Layer>;

/** The layers after one more event; the same map for an event that is about no layer. */
export function advance(layers: Layers, event: PullEvent): Layers {
  const layer = event.id === undefined ? null : next(layers.get(event.id) ?? absent, event);
  return layer === null || event.id === undefined ? layers : new Map(layers).set(event.id, layer);
}

/** All layers as one number: bytes fetched of those known so far. */
export function toProgress(layers: Layers): Progress {
  const all = [...layers.values()];
  const current = all.reduce((sum, layer) => sum + layer.current, 0);
  const total = all.reduce((sum, layer) => sum + layer.total, 0);
  const fetching = all.some((layer) => layer.stage === "waiting" || layer.stage === "downloading");
  const text = fetching || all.length === 0 ? "pulling" : "extracting";
  return total === 0 ? { text } : { text, current, total };
}

const absent: Layer = { current: 0, total: 0, stage: "waiting" };

function next(layer: Layer, event: PullEvent): Layer | null {
  const { current = 0, total = layer.total } = event.progressDetail ?? {};
  switch (event.status) {
    case "Pulling fs layer":
    case "Waiting":
      return { ...layer, stage: "waiting" };
    case "Downloading":
      return { current: Math.max(layer.current, current), total: Math.max(total, current), stage: "downloading" };
    case "Verifying Checksum":
    case "Download complete":
      return { ...layer, current: layer.total, stage: "downloaded" };
    case "Extracting":
      return { ...layer, current: layer.total, stage: "extracting" };
    case "Pull complete":
    case "Already exists":
      return { ...layer, current: layer.total, stage: "done" };
    default:
      return null;
  }
}
