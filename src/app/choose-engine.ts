import { GoatError, retold } from "../errors/goat-error.ts";
import type { EngineRequest, OpenedEngine } from "./app.ts";

/** Opens an engine of a kind and makes sure that it answers. */
export interface Openers {
  docker(): Promise<OpenedEngine>;
  embedded(): Promise<OpenedEngine>;
}

/**
 * The engine that was asked for, else the one that holds the stack's data, else Docker where it answers, else plain
 * processes. A stack with data on Docker is moved to plain processes, with an empty database, only on request: else
 * throws engine-unreachable.
 */
export async function chooseEngine(
  request: EngineRequest,
  env: Readonly<Record<string, string | undefined>>,
  open: Openers,
): Promise<OpenedEngine> {
  const kind = request.wanted ?? request.recorded;
  if (kind === "embedded") return open.embedded();
  if (kind === "docker" || namesDocker(request, env)) return open.docker().catch((error) => refuse(error, request));
  try {
    return await open.docker();
  } catch (error) {
    if (!isUnreachable(error)) throw error;
    return instead(error, request, open);
  }
}

/** True where the user names a Docker engine: then it is used, or the command fails. */
function namesDocker({ dockerHost }: EngineRequest, env: Readonly<Record<string, string | undefined>>): boolean {
  return dockerHost !== null || Boolean(env["DOCKER_HOST"]) || Boolean(env["DOCKER_CONTEXT"]);
}

function refuse(error: unknown, { recorded, stack }: EngineRequest): never {
  if (!isUnreachable(error)) throw error;
  const effect =
    recorded === "docker"
      ? `starts plain local processes with an empty database; ${stack.name}'s data stays in Docker's volumes`
      : "runs the services as plain local processes, without Docker";
  throw retold(error, { fixes: [...error.fixes, { command: "goat-dev up --engine embedded", effect }] });
}

function isUnreachable(error: unknown): error is GoatError {
  return error instanceof GoatError && error.code === "engine-unreachable";
}

async function instead(unreachable: GoatError, request: EngineRequest, open: Openers): Promise<OpenedEngine> {
  const opened = await open.embedded();
  const refused = request.stack.services
    .map((service) => opened.engine.supports(service))
    .flatMap((answer) => (answer.ok ? [] : [answer.reason]));
  if (refused.length > 0) throw retold(unreachable, { evidence: [...unreachable.evidence, ...refused] });
  return { ...opened, reason: `no Docker engine answers${whyOf(unreachable)}` };
}

/** Mentions a socket that exists but does not answer, and no path where there is no socket. */
function whyOf({ evidence }: GoatError): string {
  const found = evidence.find((line) => !line.endsWith("no such socket"));
  return found === undefined ? "" : ` (${found})`;
}
