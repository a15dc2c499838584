import { stat } from "node:fs/promises";
import { type CheckResult, ok, problem, skipped } from "../doctor/check.ts";
import { engineText } from "../doctor/checks/engine.ts";
import { checkEnvFile } from "../doctor/checks/env-file.ts";
import { describe } from "../errors/describe.ts";
import { GoatError } from "../errors/goat-error.ts";
import { plural } from "../platform/text.ts";
import { prepare } from "../stack/bring-up.ts";
import { readStatus, type ServiceStatus } from "../stack/status.ts";
import { reportChecks } from "./check-report.ts";
import type { Context, Input, Run } from "./command.ts";
import { checkFiles, checkPlanPorts, checkStrangers } from "./preflight.ts";
import { openEnvironment, openSession, openWorld, type Session, shortPath } from "./session.ts";

export const doctor: Run = async (input, context) => {
  const results = await examine(input, context);
  return reportChecks(results, context);
};

/** Every check that can be asked; a failed one takes only those with it that need its answer. */
const examine = async (input: Input, context: Context): Promise<readonly CheckResult[]> => {
  const node = ok(`node ${context.nodeVersion}`);
  const environment = attempt(() => openEnvironment(context));
  if (!environment.ok) return [node, problem(environment.error)];
  const { envFile } = environment.value.project;
  const file = await stat(envFile).catch(() => null);
  const env = checkEnvFile(shortPath(context, envFile), file?.mode ?? null);
  try {
    const session = await openSession(context, input, environment.value);
    const compose = ok(`Compose file valid: ${plural(session.stack.services.length, "service")}`);
    const files = checkFiles(session, session.stack.services, context);
    return [node, env, compose, ...files, ...(await examineEngine(session, context))];
  } catch (error) {
    return [node, env, problem(describe(error))];
  }
};

const attempt = <T>(
  work: () => T,
): { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: GoatError } => {
  try {
    return { ok: true, value: work() };
  } catch (error) {
    return { ok: false, error: describe(error) };
  }
};

const examineEngine = async (read: Session, context: Context): Promise<readonly CheckResult[]> => {
  try {
    const { world, session } = await openWorld(context, read);
    const prepared = await prepare(session.stack, { names: [], restart: false }, world);
    const ports = await checkPlanPorts(prepared, world, context);
    const strangers = await checkStrangers(session.stack.services, world, context);
    const statuses = await readStatus(session.stack, world);
    const services = statuses.map(checkService);
    return [ok(engineText(world.info)), ports, ...strangers, ...services];
  } catch (error) {
    return [problem(describe(error))];
  }
};

/** A service that is not up yet is no problem; one that broke is. */
const checkService = ({ name, state, why, standIn, database }: ServiceStatus): CheckResult => {
  const remark =
    standIn === null ? (database === false ? "without a database" : null) : `${standIn}, in Langfuse's place`;
  if (state === "ready") return ok(remark === null ? `${name} ready` : `${name} ready (${remark})`);
  const text = `${name} ${state}${why === null ? "" : `: ${why}`}`;
  if (["absent", "created", "starting"].includes(state)) return skipped(text);
  const fixes = [{ command: `goat-dev logs ${name}`, effect: "shows what it said" }];
  return problem(new GoatError("stack-not-ready", text, { service: name, fixes }));
};
