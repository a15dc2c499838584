import {
  type CheckResult,
  type ChecksReport,
  checksReport,
  type Group,
  groups,
  inGroup,
  problem,
} from "../../doctor/check.ts";
import { describe } from "../../errors/describe.ts";
import { GoatError } from "../../errors/goat-error.ts";
import { shortPath } from "../../platform/format.ts";
import { list, nearest } from "../../platform/text.ts";
import type { App } from "../app.ts";
import { openEnvironment, openProject, openStack, type ProjectSession } from "../project.ts";
import type { Environment } from "../read-environment.ts";
import { runsElsewhere } from "../record-engine.ts";
import { askProviders } from "./ask-providers.ts";
import { examineCloud } from "./cloud.ts";
import { checkProjectFiles, checkProjectKeys, checkTracePath } from "./files.ts";
import { applyFix } from "./fix.ts";
import { checkMachine } from "./machine.ts";
import { askInTime, checkEngine, stackTasks } from "./stack.ts";

export interface DoctorInput {
  /** As typed; empty means all. */
  readonly checks: readonly string[];
  /** Ask the providers whether they take the keys. */
  readonly online: boolean;
  /** Apply the fixes that lose nothing. */
  readonly fix: boolean;
  /** Write a file that can be pasted into an issue. */
  readonly report: boolean;
}

/** What is wrong, and what to type. Throws usage. */
export async function doctor(input: DoctorInput, app: App): Promise<ChecksReport> {
  const wanted = wantedGroups(input.checks);
  const applied: string[] = [];
  for (;;) {
    const [own, cloud] = await Promise.all([examine(wanted, input, app), examineCloud(input, app)]);
    const results = [...own.results, ...cloud.results];
    const command = input.fix ? await applyFix(results, applied, app) : null;
    if (command === null) {
      const notAsked = [...own.notAsked, ...cloud.notAsked];
      return reported(checksReport(results, { notAsked, applied }), input, app);
    }
    applied.push(command);
  }
}

async function reported(checks: ChecksReport, { report }: DoctorInput, app: App): Promise<ChecksReport> {
  if (!report) return checks;
  const { writeReport } = await import("./report.ts");
  const path = await writeReport(checks, app);
  return { ...checks, report: shortPath(app, path) };
}

function wantedGroups(typed: readonly string[]): readonly Group[] {
  const unknown = typed.find((name) => !groups.some((group) => group === name));
  if (unknown === undefined) return typed.length === 0 ? groups : groups.filter((group) => typed.includes(group));
  const near = nearest(unknown, groups);
  throw new GoatError("usage", `there is no check ${JSON.stringify(unknown)}; there are ${list(groups)}`, {
    fixes: [
      {
        command: `goat-dev doctor ${near ?? ""}`.trim(),
        effect: near === undefined ? "asks all" : "perhaps this was meant",
      },
    ],
  });
}

interface Found {
  readonly results: readonly CheckResult[];
  readonly notAsked: readonly string[];
}

/** Runs every wanted check, side by side where possible; one that fails leaves out only those that depend on it. */
async function examine(wanted: readonly Group[], { online }: DoctorInput, app: App): Promise<Found> {
  const isWanted = ({ group }: CheckResult): boolean => group === undefined || wanted.includes(group);
  const machine = inGroup("machine", await checkMachine(app));
  const environment = attempt(() => openEnvironment(app));
  if (environment instanceof GoatError) {
    const results = [...machine, ...inGroup("files", [problem(environment)])];
    return { results: results.filter(isWanted), notAsked: without("files", wanted, ".env cannot be read") };
  }
  const session = await openProject(app, { environment }).catch((error: unknown) => describe(error));
  const files = await checkProjectFiles(environment, session, app);
  const before = [...machine, ...files];
  if (session instanceof GoatError) {
    return { results: before.filter(isWanted), notAsked: without("files", wanted, "the project cannot be read") };
  }
  const [keys, stack] = await Promise.all([
    examineKeys(session, environment, online, app),
    needsEngine(wanted) ? examineStack(session, wanted, app) : { results: [], notAsked: [] },
  ]);
  const trace = inGroup("tracing", checkTracePath(session));
  const results = [...before, ...keys, ...stack.results, ...trace].filter(isWanted);
  const untried =
    online || !wanted.includes("keys") ? [] : ["keys were not tried: goat-dev doctor --online asks the providers"];
  return { results: inOrder(results), notAsked: [...stack.notAsked, ...untried] };
}

function attempt(work: () => Environment): Environment | GoatError {
  try {
    return work();
  } catch (error) {
    return describe(error);
  }
}

/** Says that the wanted groups after the failed one were not checked, and why. */
function without(failed: Group, wanted: readonly Group[], why: string): readonly string[] {
  const rest = wanted.filter((group) => group !== "cloud" && groups.indexOf(group) > groups.indexOf(failed));
  return rest.length === 0 ? [] : [`${list(rest)}: ${why}`];
}

function inOrder(results: readonly CheckResult[]): readonly CheckResult[] {
  const rank = ({ group }: CheckResult): number => (group === undefined ? -1 : groups.indexOf(group));
  return results.toSorted((one, other) => rank(one) - rank(other));
}

function needsEngine(wanted: readonly Group[]): boolean {
  return wanted.some((group) => group !== "cloud" && groups.indexOf(group) >= groups.indexOf("engine"));
}

async function examineKeys(
  session: ProjectSession,
  environment: Environment,
  online: boolean,
  app: App,
): Promise<readonly CheckResult[]> {
  const stated = checkProjectKeys(session, app);
  const asked = online ? await askProviders(environment, app) : [];
  return inGroup("keys", [...stated, ...asked]);
}

async function examineStack(session: ProjectSession, wanted: readonly Group[], app: App): Promise<Found> {
  const open = await openStack(app, session).catch((error: unknown) => describe(error));
  if (open instanceof GoatError) {
    return { results: inGroup("engine", [problem(open)]), notAsked: without("engine", wanted, "no engine answers") };
  }
  const elsewhere = await runsElsewhere(open, app).catch((error: unknown) => describe(error));
  if (elsewhere !== null) {
    const results = inGroup("engine", [...checkEngine(open), problem(elsewhere)]);
    return { results, notAsked: without("engine", wanted, "the stack runs on another engine") };
  }
  const engine = inGroup("engine", checkEngine(open));
  const tasks = stackTasks(open, app).filter(({ group }) => group === undefined || wanted.includes(group));
  const asked = (await Promise.all(tasks.map((task) => askInTime(task, app.signal)))).flat();
  const absent = asked.filter(({ verdict, text }) => verdict === "skipped" && text.endsWith(" absent"));
  const down = absent.length === 0 ? [] : ["services that do not exist yet were not checked: goat-dev up creates them"];
  return { results: [...engine, ...asked], notAsked: down };
}
