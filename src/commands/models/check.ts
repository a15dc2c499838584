import { dirname, join } from "node:path";
import { GoatError } from "../../errors/goat-error.ts";
import { compareConfigs } from "../../gateway/check/compare.ts";
import { checkConfigFile } from "../../gateway/check/config-file.ts";
import { type Finding, tidy } from "../../gateway/check/finding.ts";
import type { Surroundings } from "../../gateway/check/surroundings.ts";
import { masterKeyProblem } from "../../gateway/check/values.ts";
import { readGatewayConfig } from "../../gateway/config.ts";
import { variablesInSecrets, variablesPassed } from "../../gateway/edit/variables.ts";
import { shortPath } from "../../platform/short-path.ts";
import { renderTable } from "../../platform/table.ts";
import { list, plural } from "../../platform/text.ts";
import { readTextIfThere } from "../../platform/text-file.ts";
import type { Context, Run } from "../old-command.ts";
import { type ConfigFile, type ModelsProject, openModels, shown } from "./open.ts";

export const check: Run = async (input, context) => {
  const project = await openModels(context, input, "own");
  const { local, cloud } = project;
  const mine = checkConfigFile(local, here(project));
  const other = cloud === null ? [] : checkConfigFile(cloud, inCloud(project));
  const both = cloud !== null && isReadable(local) && isReadable(cloud) ? compareConfigs(local, cloud) : [];
  const findings = tidy([...mine, ...other, ...both, ...masterKey(project, context)]);
  const count = (level: string): number => findings.filter((finding) => finding.level === level).length;
  const files = [local.path, ...(cloud === null ? [] : [cloud.path])];
  const summary = [
    count("error") === 0 ? `No mistake in ${list(files)}` : plural(count("error"), "mistake"),
    ...(count("warning") === 0 ? [] : [plural(count("warning"), "warning")]),
    ...(count("note") === 0 ? [] : [plural(count("note"), "note")]),
  ];
  context.emit({
    type: "result",
    data: { ok: count("error") === 0, files, findings },
    text: [...render(findings), `${summary.join("; ")}.`].join("\n"),
  });
  return count("error") === 0 ? undefined : new GoatError("gateway-config-invalid", "").exitCode;
};

const render = (findings: readonly Finding[]): readonly string[] =>
  findings.length === 0
    ? []
    : [
        renderTable(
          ["", "WHERE", "WHAT"],
          findings.map(({ level, place, text }) => [level, place, text]),
        ),
        "",
      ];

const here = ({ session, gateway }: ModelsProject): Surroundings => {
  const { project, variables } = session.environment;
  const passed = project.composeFiles.flatMap((path) => {
    const text = readTextIfThere(path);
    return text === undefined ? [] : (variablesPassed({ path, text }, gateway.service.name) ?? []);
  });
  // What an env_file or a default gives it counts as well.
  const all = [...passed, ...Object.keys(gateway.service.environment)];
  const passedBy = list(project.composeFiles.map((path) => shown(path, project.root)));
  return { variables: { ...variables, ...gateway.service.environment }, passed: all, passedBy, stateless: false };
};

const inCloud = ({ session, local }: ModelsProject): Surroundings => {
  const { project, variables } = session.environment;
  const path = join(dirname(local.source), "modal-secrets.json");
  const text = readTextIfThere(path);
  const passed = text === undefined ? null : variablesInSecrets({ path: shown(path, project.root), text });
  return { variables, passed, passedBy: shown(path, project.root), stateless: true };
};

/** Nothing can be compared where one of them cannot be read, which has been said. */
const isReadable = ({ text, path }: ConfigFile): boolean => {
  try {
    readGatewayConfig(text, path);
    return true;
  } catch (error) {
    if (error instanceof GoatError) return false;
    throw error;
  }
};

const masterKey = ({ session, gateway }: ModelsProject, context: Context): readonly Finding[] => {
  const text = masterKeyProblem(gateway.key);
  if (text === null) return [];
  const { project, lines } = session.environment;
  const line = lines["LITELLM_MASTER_KEY"];
  const place = line === undefined ? (project.composeFiles[0] ?? "") : `${project.envFile}:${line}`;
  return [{ level: "error", place: shortPath(context, place), text }];
};
