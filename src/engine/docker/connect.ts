import type Docker from "dockerode";
import { messageOf, systemCode } from "../../errors/describe.ts";
import { type Fix, GoatError } from "../../errors/goat-error.ts";
import { deadline, decoration } from "../../platform/deadline.ts";
import { bodyOf } from "../../platform/http.ts";
import { type Candidate, undo } from "./endpoint.ts";
import { abortError } from "./errors.ts";
import { startPulse } from "./pulse.ts";
import { createReader, type Reader } from "./reader.ts";

/** An engine that answered. */
export interface Connection {
  readonly reader: Reader;
  /** The client for calls that change something; loaded when first asked for. */
  docker(): Promise<Docker>;
  readonly candidate: Candidate;
  readonly about: About;
  /** Fires, with the error as its reason, once the engine has stopped answering. */
  readonly lost: AbortSignal;
  close(): void;
}

interface About {
  readonly product?: "Podman";
  readonly version: string;
}

/** The first candidate that answers. Throws engine-unreachable, which says what was tried and why it failed. */
export async function connect(
  candidates: readonly Candidate[],
  signal: AbortSignal,
  machine: { isInstalled(): boolean },
): Promise<Connection> {
  const reasons: string[] = [];
  for (const candidate of candidates) {
    try {
      using limit = deadline(signal, probeLimitMs);
      return await connectionTo(candidate, limit.signal);
    } catch (error) {
      if (signal.aborted) throw abortError(signal);
      reasons.push(reasonOf(error));
    }
  }
  throw isNowhere(candidates, reasons) && !machine.isInstalled()
    ? notInstalled(candidates, reasons)
    : unreachable(candidates, reasons);
}

/** Every well-known place was looked at, and none has a socket. */
function isNowhere(candidates: readonly Candidate[], reasons: readonly string[]): boolean {
  return candidates.every(({ choice }, index) => choice === null && reasons[index] === noSocket);
}

/** Without any engine on the machine, to start one is no fix. */
function notInstalled(candidates: readonly Candidate[], reasons: readonly string[]): GoatError {
  const { evidence } = unreachable(candidates, reasons);
  const message = "Docker is not installed: no engine answers, and no Docker, Podman or Colima is on the PATH";
  const effect = "answers once one is installed: https://docs.docker.com/get-docker";
  return new GoatError("engine-unreachable", message, { evidence, fixes: [{ command: "docker version", effect }] });
}

export function unreachable(candidates: readonly Candidate[], reasons: readonly string[]): GoatError {
  const name = ({ source, product, choice, endpoint }: Candidate): string =>
    choice === null ? `${source} (${product})` : `${source} (${endpoint})`;
  const choices = candidates.flatMap(({ choice }) => (choice === null ? [] : [undo(choice)]));
  // The first socket that exists is the one whose failure matters.
  const there = candidates.findIndex((_, index) => reasons[index] !== noSocket);
  const [index, found] = candidates.length === 1 ? [0, candidates[0]] : [there, candidates[there]];
  const message =
    found === undefined
      ? `no Docker engine answers; tried ${candidates.length} places`
      : `no Docker engine answers at ${name(found)}: ${reasons[index]}`;
  return new GoatError("engine-unreachable", message, {
    evidence: candidates.map((candidate, index) => `${name(candidate)}: ${reasons[index]}`),
    fixes: [...firstFixes(reasons), ...choices],
  });
}

function firstFixes(reasons: readonly string[]): readonly Fix[] {
  if (reasons.some((reason) => reason.startsWith("permission denied"))) return [joinGroup];
  return reasons.some((reason) => reason.startsWith(tooOld)) ? [update] : start;
}

const probeLimitMs = 3_000;

async function connectionTo(candidate: Candidate, signal: AbortSignal): Promise<Connection> {
  const reader = await createReader(candidate.transport);
  const close = (): void => reader.agent.destroy();
  try {
    const about = await askAbout(reader, signal);
    let docker: Promise<Docker> | undefined;
    const load = (): Promise<Docker> => {
      docker ??= openDockerode(candidate, reader);
      return docker;
    };
    const pulse = startPulse(reader, about.product === "Podman");
    const end = (): void => {
      pulse.stop();
      close();
    };
    return { reader, docker: load, candidate, about, lost: pulse.lost, close: end };
  } catch (error) {
    close();
    throw error;
  }
}

/** The ping's headers tell product and version at once; for /version Docker first asks the programs below it. */
async function askAbout(reader: Reader, signal: AbortSignal): Promise<About> {
  const answer = await reader.stream("/_ping", signal, {});
  const words = await bodyOf(answer);
  if (words.trim() !== "OK") throw new Error("what answers there is not a Docker engine");
  const api = String(answer.headers["api-version"] ?? oldestApi);
  if (isOlder(api, oldestApi)) throw new Error(`${tooOld} ${api}, and ${oldestApi} is needed: Docker 19.03`);
  const [, name, version] = /^(\w+)\/(\S+)/.exec(String(answer.headers["server"] ?? "")) ?? [];
  if (version !== undefined) return name === "Libpod" ? { product: "Podman", version } : { version };
  const told = await decoration(signal, probeLimitMs, (limited) => reader.json("/version", limited));
  return { version: (told as { readonly Version?: string } | null)?.Version ?? "unknown" };
}

/** The reason where a socket does not exist. */
const noSocket = "no such socket";

const oldestApi = "1.40";
const tooOld = "its API is";

/** By the first two numbers of versions such as 4.3.1 and 1.40. */
export function isOlder(version: string, than: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [wantedMajor = 0, wantedMinor = 0] = than.split(".").map(Number);
  return major < wantedMajor || (major === wantedMajor && minor < wantedMinor);
}

async function openDockerode({ transport }: Candidate, { agent }: Reader): Promise<Docker> {
  const { default: Dockerode } = await import("dockerode");
  const tls = transport.kind === "tcp" ? transport.tls : null;
  // Keys are given even where undefined: docker-modem fills absent ones from DOCKER_HOST and its companions.
  const options = {
    host: transport.kind === "tcp" ? transport.host : undefined,
    port: transport.kind === "tcp" ? transport.port : undefined,
    socketPath: transport.kind === "socket" ? transport.path : undefined,
    protocol: tls ? ("https" as const) : ("http" as const),
    ca: tls?.ca ?? undefined,
    cert: tls?.cert ?? undefined,
    key: tls?.key ?? undefined,
    username: undefined,
    timeout: undefined,
    pathPrefix: "/",
    agent,
  };
  return new Dockerode(options);
}

/** Why one candidate did not answer, in a few words. */
function reasonOf(error: unknown): string {
  switch (systemCode(error)) {
    case "ENOENT":
      return noSocket;
    case "EACCES":
    case "EPERM":
      return "permission denied: add yourself to the docker group";
    case "ECONNREFUSED":
      return "nothing listens there: not running";
    case "ABORT_ERR":
      return `no answer in ${probeLimitMs / 1000} s`;
    default:
      return messageOf(error);
  }
}

const start: readonly Fix[] = [
  { command: "sudo systemctl start docker", effect: "starts Docker on Linux" },
  { command: "open -a Docker", effect: "starts Docker Desktop on macOS (or: colima start)" },
];

const update: Fix = { command: "docker version", effect: "shows the engine's version: update it" };

const joinGroup: Fix = {
  command: "sudo usermod -aG docker $USER",
  effect: "lets you use Docker from the next log-in on; in this shell: newgrp docker",
};
