import type Docker from "dockerode";
import { messageOf, systemCode } from "../../errors/describe.ts";
import { type Fix, GoatError } from "../../errors/goat-error.ts";
import type { Operation } from "../../model/plan.ts";
import type { Clock } from "../../platform/clock.ts";
import type { ApplyIo } from "../engine.ts";
import { abortError, engineWords, statusOf } from "./errors.ts";
import { jsonLines } from "./json-lines.ts";
import { advance, type Layers, type PullEvent, toProgress } from "./pull-progress.ts";
import { type RegistryAuth, registryOf } from "./registry-auth.ts";

type PullImage = Extract<Operation, { type: "pull-image" }>;

export interface PullTools {
  readonly clock: Clock;
  /** From 0 to 1. */
  random(): number;
  auth(image: string, signal: AbortSignal): Promise<RegistryAuth | null>;
}

const tries = 4;
const firstDelayMs = 1_000;

/** What the registry said, inside a stream that began well. */
const pullFailure = (event: PullEvent): Error =>
  Object.assign(new Error(event.errorDetail?.message ?? event.error ?? "the pull failed"), {
    statusCode: event.errorDetail?.code,
  });

const final =
  /denied|unauthorized|authentication required|not found|manifest unknown|no matching manifest|invalid reference|no such host/i;
const passing =
  /toomanyrequests|too many requests|rate limit|timeout|timed out|time-out|connection reset|connection refused|broken pipe|unexpected EOF|handshake|canceled|temporar|\b5\d\d (?:Internal|Bad|Service|Gateway)/i;

/** The engine passes on most of a registry's answers as status 500 or as text alone, so the words have to be read. */
const isPassing = (error: unknown): boolean => {
  const words = engineWords(error);
  if (final.test(words)) return false;
  const status = statusOf(error);
  if (status !== undefined && (status === 429 || status >= 500)) return true;
  return passing.test(words) || ["ECONNRESET", "ETIMEDOUT", "EPIPE"].includes(systemCode(error) ?? "");
};

const fixesFor = (image: string, words: string): readonly Fix[] => {
  const registry = registryOf(image);
  const logIn = {
    command: registry.startsWith("https:") ? "docker login" : `docker login ${registry}`,
    effect: "if the image needs a log-in",
  };
  if (/toomanyrequests|too many requests|rate limit/i.test(words))
    return [{ ...logIn, effect: "raises the registry's limit" }];
  const again = { command: `docker pull ${image}`, effect: "tries again, and shows the registry's answer" };
  return /denied|unauthorized|authentication/i.test(words) ? [logIn, again] : [again];
};

const unavailable = (image: string, error: unknown, attempts: number): GoatError => {
  const words = engineWords(error);
  const after = attempts > 1 ? ` (tried ${attempts} times)` : "";
  return new GoatError("image-unavailable", `the image ${image} cannot be pulled${after}: ${words}`, {
    cause: error,
    evidence: [words],
    fixes: fixesFor(image, words),
  });
};

const pullOnce = async (docker: Docker, op: PullImage, auth: RegistryAuth | null, io: ApplyIo): Promise<void> => {
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
    if (layers !== before) io.progress(toProgress(layers));
  }
};

/** Fetches an image; what may pass (429, 5xx, time-outs, dropped connections) is tried again. Throws image-unavailable. */
export const pull = async (docker: Docker, op: PullImage, tools: PullTools, io: ApplyIo): Promise<void> => {
  const auth = await tools.auth(op.image, io.signal);
  for (let attempt = 1; ; attempt += 1) {
    try {
      await pullOnce(docker, op, auth, io);
      return;
    } catch (error) {
      if (io.signal.aborted) throw abortError(io.signal);
      if (systemCode(error) === "ECONNREFUSED" || systemCode(error) === "ENOENT") {
        throw new GoatError("engine-unreachable", `the engine went away: ${messageOf(error)}`, { cause: error });
      }
      if (attempt === tries || !isPassing(error)) throw unavailable(op.image, error, attempt);
      const delayMs = firstDelayMs * 2 ** (attempt - 1) * (0.5 + tools.random());
      io.progress({ text: `trying again: ${engineWords(error)}` });
      await tools.clock.sleep(delayMs, io.signal);
    }
  }
};
