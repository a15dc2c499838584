import { dirname, join, resolve } from "node:path";
import { GoatError } from "../../errors/goat-error.ts";
import { compareConfigs } from "../../gateway/check/compare.ts";
import { checkConfigFile, masterKeyProblem } from "../../gateway/check/config-file.ts";
import { type Finding, type Surroundings, tidy } from "../../gateway/check/finding.ts";
import { readGatewayConfig } from "../../gateway/config.ts";
import { variablesInSecrets, variablesPassed } from "../../gateway/edit/variables.ts";
import { kindOf } from "../../platform/files.ts";
import { shortPath } from "../../platform/format.ts";
import { list } from "../../platform/text.ts";
import { readTextIfThere } from "../../platform/text-file.ts";
import { openState, readStackState } from "../../project/state.ts";
import { gatewayOf } from "../../stack/plan/endpoints.ts";
import type { App } from "../app.ts";
import type { ProjectSession } from "../project.ts";
import { type ConfigFile, type ModelsProject, openModels, shown } from "./open.ts";

export interface ModelsCheckReport {
  /** No finding is an error. */
  readonly ok: boolean;
  /** The configs, as messages name them. */
  readonly files: readonly string[];
  readonly findings: readonly Finding[];
}

/** Reads both configs without asking anybody. Throws usage. */
export async function check(_input: object, app: App): Promise<ModelsCheckReport> {
  const project = await openModels(app, "own");
  const { local, cloud } = project;
  const mine = checkConfigFile(local, here(project));
  const other = cloud === null ? [] : checkConfigFile(cloud, inCloud(project));
  const both = cloud !== null && isReadable(local) && isReadable(cloud) ? compareConfigs(local, cloud) : [];
  const findings = tidy([...mine, ...other, ...both, ...masterKey(project, app)]);
  const files = [local.path, ...(cloud === null ? [] : [cloud.path])];
  return { ok: findings.every(({ level }) => level !== "error"), files, findings };
}

function here({ session, gateway }: Pick<ModelsProject, "session" | "gateway">): Surroundings {
  const { project, variables } = session.environment;
  const passed = project.composeFiles.flatMap((path) => {
    const text = readTextIfThere(path);
    return text === undefined ? [] : (variablesPassed({ path, text }, gateway.service.name) ?? []);
  });
  // Variables that the gateway gets from an env_file or by default count as well.
  const all = [...passed, ...Object.keys(gateway.service.environment)];
  const passedBy = list(project.composeFiles.map((path) => shown(path, project.root)));
  return {
    variables: { ...variables, ...gateway.service.environment },
    passed: all,
    passedBy,
    isThere: beside(gateway.config?.source ?? ""),
    inContainer: !isEmbedded(session),
    stateless: false,
  };
}

/** Included paths start from the config's folder. */
function beside(config: string): (path: string) => boolean {
  return (path) => kindOf(resolve(dirname(config), path)) === "file";
}

function isEmbedded({ settings, environment }: ProjectSession): boolean {
  return (settings.engine ?? readStackState(openState(environment.project.stateDir)).engine) === "embedded";
}

/** What `models check` finds in the config of this machine's gateway. */
export function localFindings(session: ProjectSession): readonly Finding[] {
  const gateway = gatewayOf(session.stack);
  const config = gateway?.config ?? null;
  const text = config === null ? undefined : readTextIfThere(config.source);
  if (gateway === null || config === null || text === undefined) return [];
  return tidy(checkConfigFile({ ...config, text }, here({ session, gateway })));
}

function inCloud({ session, local }: ModelsProject): Surroundings {
  const { project, variables } = session.environment;
  const path = join(dirname(local.source), "modal-secrets.json");
  const text = readTextIfThere(path);
  const passed = text === undefined ? null : variablesInSecrets({ path: shown(path, project.root), text });
  return {
    variables,
    passed,
    passedBy: shown(path, project.root),
    isThere: beside(path),
    inContainer: true,
    stateless: true,
  };
}

/** False where a config cannot be read, and so not be compared; the findings of that file already say why. */
function isReadable({ text, path }: ConfigFile): boolean {
  try {
    readGatewayConfig(text, path);
    return true;
  } catch (error) {
    if (error instanceof GoatError) return false;
    throw error;
  }
}

function masterKey({ session, gateway }: ModelsProject, app: App): readonly Finding[] {
  const text = masterKeyProblem(gateway.key);
  if (text === null) return [];
  const { project, places } = session.environment;
  const found = places["LITELLM_MASTER_KEY"];
  const place = found === undefined ? (project.composeFiles[0] ?? "") : `${found.file}:${found.line}`;
  return [{ level: "error", place: shortPath(app, place), text }];
}
