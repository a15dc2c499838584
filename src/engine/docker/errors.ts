import { isAbort, messageOf, systemCode } from "../../errors/describe.ts";
import { type Fix, GoatError, type GoatErrorDetails } from "../../errors/goat-error.ts";

/** What was being done, for people: verb "start", subject "shop-web-1". */
export interface Doing {
  readonly verb:
    | "list"
    | "inspect"
    | "create"
    | "start"
    | "stop"
    | "remove"
    | "rename"
    | "read"
    | "run"
    | "watch"
    | "build";
  readonly subject: string;
  readonly service?: string;
  readonly image?: string;
}

/** Runs `work`; what it throws comes out translated. */
export async function guarded<T>(doing: Doing, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  if (signal.aborted) throw abortError(signal);
  try {
    return await work();
  } catch (error) {
    throw translate(error, doing, signal);
  }
}

/** Runs `work`; where the engine answers with one of these HTTP statuses, returns `otherwise` instead of throwing. */
export async function unlessStatus<T>(statuses: readonly number[], otherwise: T, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (statuses.includes(statusOf(error) ?? 0)) return otherwise;
    throw error;
  }
}

/** The one place where errors of dockerode, docker-modem and the socket become GoatErrors; aborts stay aborts. */
export function translate(error: unknown, doing: Doing, signal?: AbortSignal): Error {
  if (error instanceof GoatError) return error;
  if (signal?.aborted) return abortError(signal);
  if (error instanceof Error && isAbort(error)) return error;
  const status = statusOf(error);
  if (status !== undefined) return fromAnswer(status, error, doing);
  const code = systemCode(error);
  if (code !== undefined && unreachableCodes.has(code)) {
    return new GoatError(
      "engine-unreachable",
      `the engine went away (cannot ${doing.verb} ${doing.subject}: ${code})`,
      {
        cause: error,
        fixes: [{ command: "docker version", effect: "says whether the engine answers" }],
      },
    );
  }
  return new GoatError("engine-refused", `cannot ${doing.verb} ${doing.subject}: ${messageOf(error)}`, {
    cause: error,
  });
}

export function imageUnavailable(image: string, details: GoatErrorDetails): GoatError {
  return new GoatError("image-unavailable", `the image ${image} is not here`, {
    ...details,
    fixes: [{ command: `docker pull ${image}`, effect: "fetches it, or says why it cannot" }],
  });
}

/** The HTTP status of an engine's answer; undefined where the error is not an answer. */
export function statusOf(error: unknown): number | undefined {
  return typeof error === "object" && error !== null && "statusCode" in error && typeof error.statusCode === "number"
    ? error.statusCode
    : undefined;
}

/** The engine's own words, without the HTTP wrapping that docker-modem adds. */
export function engineWords(error: unknown): string {
  if (typeof error === "object" && error !== null && "json" in error) {
    const json = error.json;
    if (typeof json === "object" && json !== null && "message" in json && typeof json.message === "string") {
      return json.message.trim();
    }
  }
  return messageOf(error)
    .replace(/^\(HTTP code \d+\) [^-]* - /, "")
    .trim();
}

/** The error to throw for a fired signal: its reason, so that a time-out does not look like an interruption. */
export function abortError(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new DOMException("interrupted", "AbortError");
}

const unreachableCodes = new Set([
  "ENOENT",
  "EACCES",
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
]);

function fromAnswer(status: number, error: unknown, doing: Doing): GoatError {
  const words = engineWords(error);
  const details: GoatErrorDetails = {
    cause: error,
    evidence: [words],
    ...(doing.service === undefined ? {} : { service: doing.service }),
  };
  if (status === 409 && (doing.verb === "create" || doing.verb === "rename")) return nameTaken(words, doing, details);
  if (status === 404 && doing.verb === "create" && doing.image !== undefined && /image/i.test(words)) {
    return imageUnavailable(doing.image, details);
  }
  return byWords(words, doing, details) ?? refused(words, doing, details);
}

/** The engine answers all these failures with status 500 or 400 and no code: only its message tells them apart. */
function byWords(words: string, doing: Doing, details: GoatErrorDetails): GoatError | null {
  if (forbiddenPort.test(words)) return portForbidden(words, doing, details);
  if (/port is already allocated|address already in use|ports are not available/i.test(words)) {
    return portTaken(words, doing, details);
  }
  // Podman's message; Docker has a status of its own for it, 409.
  if (doing.verb === "create" && /container name "[^"]+" is already in use/.test(words)) {
    return nameTaken(words, doing, details);
  }
  if (isDiskFull(words)) return engineDiskFull(doing.subject, details);
  if (doing.verb === "create" && addressesUsedUp.test(words)) return noAddresses(doing, details);
  const missing = /bind source path does not exist: (.+)$/.exec(words)?.[1];
  return missing === undefined
    ? null
    : new GoatError("mount-source-missing", `${missing}, mounted into ${doing.subject}, does not exist`, details);
}

export function isDiskFull(words: string): boolean {
  return /no space left on device|disk quota exceeded/i.test(words);
}

/** For the disk that the engine stores its data on, which need not be the project's. */
export function engineDiskFull(subject: string, details: GoatErrorDetails): GoatError {
  return new GoatError("disk-full", `the engine's disk is full: there is no room for ${subject}`, {
    ...details,
    fixes: [
      { command: "docker image prune", effect: "removes images that have no name any more, asks first" },
      { command: "docker system df", effect: "shows what else takes the room" },
    ],
  });
}

/** The messages of Docker until 28, of Docker since, and of Podman, in this order. */
const addressesUsedUp =
  /non-overlapping IPv4 address pool|address pools have been fully subnetted|could not find free subnet/i;

function noAddresses({ subject }: Doing, details: GoatErrorDetails): GoatError {
  return new GoatError("network-addresses-used-up", `the engine has no addresses left for ${subject}`, {
    ...details,
    fixes: [
      { command: "docker network prune", effect: "removes networks that no container uses, asks first" },
      { command: "docker network ls", effect: "lists them all" },
    ],
  });
}

/** The messages of rootless Podman and Docker, and of Docker Desktop on Windows. */
const forbiddenPort =
  /cannot expose privileged port|listen \w+ .*: permission denied|forbidden by its access permissions/i;

function portForbidden(words: string, doing: Doing, details: GoatErrorDetails): GoatError {
  const port = /privileged port (\d+)|(?:\d{1,3}(?:\.\d{1,3}){3}|\]|::):(\d+)/.exec(words)?.slice(1).find(Boolean);
  const what = port === undefined ? "its port" : `port ${port}`;
  return new GoatError("port-forbidden", `${doing.subject} cannot start: the engine may not open ${what}`, {
    ...details,
    fixes: [{ command: "goat-dev config", effect: "shows the ports: take one above 1023 that is not reserved" }],
  });
}

function portTaken(words: string, doing: Doing, details: GoatErrorDetails): GoatError {
  const port = /(?:\d{1,3}(?:\.\d{1,3}){3}|\]|::):(\d+)/.exec(words)?.[1];
  const fixes: Fix[] =
    port === undefined
      ? [{ command: "goat-dev doctor", effect: "says which port and who holds it" }]
      : [
          { command: `docker ps --filter publish=${port}`, effect: "shows the container that holds it, if one does" },
          { command: "goat-dev doctor", effect: "says who holds it otherwise" },
        ];
  const what = port === undefined ? "a port" : `port ${port}`;
  return new GoatError("port-taken", `${doing.subject} cannot start: ${what} is taken`, { ...details, fixes });
}

function nameTaken(words: string, doing: Doing, details: GoatErrorDetails): GoatError {
  const name = /name "?\/?([^" ]+)"? (?:is )?already/.exec(words)?.[1] ?? doing.subject;
  const fixes = [
    { command: `docker ps --all --filter name=^${name}$`, effect: "shows who has it" },
    { command: `docker rm --force ${name}`, effect: "removes that container" },
  ];
  return new GoatError("name-taken", `the container name ${name} is taken`, { ...details, fixes });
}

function refused(words: string, doing: Doing, details: GoatErrorDetails): GoatError {
  return new GoatError("engine-refused", `cannot ${doing.verb} ${doing.subject}: ${words}`, details);
}
