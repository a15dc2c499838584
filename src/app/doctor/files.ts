import { stat } from "node:fs/promises";
import { type CheckResult, inGroup, ok, problem } from "../../doctor/check.ts";
import { checkEnvFile } from "../../doctor/checks/env-file.ts";
import { configRefused } from "../../doctor/checks/mounted-files.ts";
import { sendsNoTraces, traceObstacle } from "../../doctor/failures/trace.ts";
import { describe } from "../../errors/describe.ts";
import { GoatError } from "../../errors/goat-error.ts";
import { shortPath } from "../../platform/format.ts";
import { plural } from "../../platform/text.ts";
import type { App } from "../app.ts";
import { localFindings } from "../models/check.ts";
import { checkFiles } from "../preflight.ts";
import type { ProjectSession } from "../project.ts";
import type { Environment } from "../read-environment.ts";
import { tracePath } from "../trace-path.ts";

/** .env, the Compose file, and what it mounts. */
export async function checkProjectFiles(
  { project }: Environment,
  session: ProjectSession | GoatError,
  app: App,
): Promise<readonly CheckResult[]> {
  const { envFile } = project;
  const file = await stat(envFile).catch(() => null);
  const env = checkEnvFile(shortPath(app, envFile), file?.mode ?? null);
  if (session instanceof GoatError) return inGroup("files", [env, problem(session)]);
  const compose = ok(`Compose file valid: ${plural(session.stack.services.length, "service")}`);
  const files = checked(session, app).filter((result) => !isOfKeys(result));
  const isRead = files.every(
    (result) => result.verdict !== "problem" || result.error.code !== "gateway-config-invalid",
  );
  return inGroup("files", [env, compose, ...files, ...(isRead ? configErrors(session) : [])]);
}

/** The errors that `models check` finds, although LiteLLM would start with this config. */
function configErrors(session: ProjectSession): readonly CheckResult[] {
  const errors = session.demo === null ? localFindings(session).filter(({ level }) => level === "error") : [];
  const [first, ...others] = errors.map(({ place, text }) => `${place} ${text}`);
  if (first === undefined) return [];
  return [problem(configRefused(first, "the LiteLLM config", others))];
}

/** The checks of keys that need no request to a provider. */
export function checkProjectKeys(session: ProjectSession, app: App): readonly CheckResult[] {
  return checked(session, app).filter(isOfKeys);
}

function checked(session: ProjectSession, app: App): readonly CheckResult[] {
  try {
    return checkFiles(session, session.stack.services, app);
  } catch (error) {
    return [problem(describe(error))];
  }
}

const keyCodes: readonly string[] = [
  "no-provider-key",
  "provider-key-invalid",
  "azure-base-invalid",
  "gateway-key-invalid",
];

function isOfKeys(result: CheckResult): boolean {
  if (result.verdict === "problem") return keyCodes.includes(result.error.code);
  return / key (?:set|needed)\b/.test(result.text);
}

/** Whether traces can reach Langfuse, as far as the settings of the gateway and of Langfuse tell. */
export function checkTracePath({ stack }: ProjectSession): readonly CheckResult[] {
  try {
    const path = tracePath(stack);
    if (path === null || sendsNoTraces(path)) return [];
    const obstacle = traceObstacle(path);
    return obstacle === null ? [] : [problem(obstacle)];
  } catch (error) {
    // A config that cannot be read is reported by another check.
    if (error instanceof GoatError) return [];
    throw error;
  }
}
