import { stat } from "node:fs/promises";
import { type CheckResult, type ChecksReport, checksReport, ok, problem, skipped } from "../doctor/check.ts";
import { checkEnvFile } from "../doctor/checks/env-file.ts";
import { describe } from "../errors/describe.ts";
import { GoatError } from "../errors/goat-error.ts";
import { shortPath } from "../platform/format.ts";
import { plural } from "../platform/text.ts";
import { readStatus, type ServiceStatus } from "../stack/run/observe.ts";
import { prepare } from "../stack/run/prepare.ts";
import type { App } from "./app.ts";
import { checkFiles, checkPlanPorts, checkStrangers, engineText } from "./preflight.ts";
import { openEnvironment, openProject, openStack, type ProjectSession } from "./project.ts";
import type { Environment } from "./read-environment.ts";

/** What is wrong, and what to type. */
export async function doctor(_input: object, app: App): Promise<ChecksReport> {
  return checksReport(await examine(app));
}

/** Every check that can be asked; a failed one takes only those with it that need its answer. */
async function examine(app: App): Promise<readonly CheckResult[]> {
  const node = ok(`node ${app.nodeVersion}`);
  const environment = attempt(() => openEnvironment(app));
  if (environment instanceof GoatError) return [node, problem(environment)];
  const { envFile } = environment.project;
  const file = await stat(envFile).catch(() => null);
  const env = checkEnvFile(shortPath(app, envFile), file?.mode ?? null);
  try {
    const session = await openProject(app, { environment });
    const compose = ok(`Compose file valid: ${plural(session.stack.services.length, "service")}`);
    const files = checkFiles(session, session.stack.services, app);
    return [node, env, compose, ...files, ...(await examineEngine(session, app))];
  } catch (error) {
    return [node, env, problem(describe(error))];
  }
}

function attempt(work: () => Environment): Environment | GoatError {
  try {
    return work();
  } catch (error) {
    return describe(error);
  }
}

async function examineEngine(session: ProjectSession, app: App): Promise<readonly CheckResult[]> {
  try {
    const open = await openStack(app, session);
    const prepared = await prepare(open.stack, { names: [], restart: false }, open);
    const ports = await checkPlanPorts(prepared, open, app);
    const strangers = await checkStrangers(open.stack.services, open, app);
    const statuses = await readStatus(open.stack, open);
    return [ok(engineText(open.info)), ports, ...strangers, ...statuses.map(checkService)];
  } catch (error) {
    return [problem(describe(error))];
  }
}

/** A service that is not up yet is no problem; one that broke is. */
function checkService({ name, state, why, standIn, database }: ServiceStatus): CheckResult {
  const remark =
    standIn === null ? (database === false ? "without a database" : null) : `${standIn}, in Langfuse's place`;
  if (state === "ready") return ok(remark === null ? `${name} ready` : `${name} ready (${remark})`);
  const text = `${name} ${state}${why === null ? "" : `: ${why}`}`;
  if (["absent", "created", "starting"].includes(state)) return skipped(text);
  const fixes = [{ command: `goat-dev logs ${name}`, effect: "shows what it said" }];
  return problem(new GoatError("stack-not-ready", text, { service: name, fixes }));
}
