import { join } from "node:path";
import { withMountedFiles } from "../../compose/mounted-files.ts";
import { readGatewayConfig } from "../../gateway/config.ts";
import { disabledRoutes } from "../../gateway/edit/switch.ts";
import type { StackSpec } from "../../model/stack.ts";
import { kindOf } from "../../platform/files.ts";
import { readTextIfThere } from "../../platform/text-file.ts";
import { gatewayOf } from "../../stack/plan/endpoints.ts";
import type { App } from "../app.ts";
import { listSnapshots } from "../database/place.ts";
import { type Environment, readEnvironment } from "../read-environment.ts";
import { readCompose } from "../read-project.ts";

/** `entry` is a model in the config that can be enabled, or be pointed at another server. */
export type NameKind = "service" | "model" | "entry" | "snapshot";

/** A name that can be typed, and what it is. */
interface Name {
  readonly value: string;
  readonly description: string;
}

/**
 * The project's names of a kind, from its files alone: no engine or service is asked, and nothing is written. Empty
 * where the files cannot be read.
 */
export async function projectNames(kind: NameKind, app: App): Promise<readonly Name[]> {
  try {
    const environment = readable(readEnvironment({ ...app.options, cwd: app.cwd, shell: app.env }), app);
    if (kind === "snapshot") return snapshotsIn(environment.project.stateDir);
    const { stack } = readCompose(app.options, environment);
    if (kind === "service") return stack.services.map(({ name, role }) => ({ value: name, description: role }));
    const mounted = await withMountedFiles(stack, environment.project.root, app.signal);
    return kind === "model" ? routesOf(mounted) : entriesOf(mounted);
  } catch {
    // An error is of no use to somebody who presses Tab: the command itself will report it.
    return [];
  }
}

async function snapshotsIn(stateDir: string): Promise<readonly Name[]> {
  return (await listSnapshots(stateDir)).map(({ name, made }) => ({ value: name, description: made }));
}

/** Points at the package's Compose file where the project's copy of the shipped stack is not made yet. */
function readable(environment: Environment, { packageRoot }: App): Environment {
  const { project } = environment;
  if (!project.shipped || kindOf(project.composeFiles[0] ?? "") === "file") return environment;
  return { ...environment, project: { ...project, composeFiles: [join(packageRoot, "dev", "docker-compose.yml")] } };
}

function routesOf(stack: StackSpec): readonly Name[] {
  const config = configOf(stack);
  if (config === null) return [];
  const { routes } = readGatewayConfig(config.text, config.path);
  return unique(routes.map(({ name, upstream }) => ({ value: name, description: upstream })));
}

function entriesOf(stack: StackSpec): readonly Name[] {
  const config = configOf(stack);
  if (config === null) return [];
  const { routes } = readGatewayConfig(config.text, config.path);
  const entries = [...disabledRoutes(config), ...routes.filter(({ provider }) => provider === "vllm")];
  return unique(entries.map(({ name, upstream }) => ({ value: name, description: upstream })));
}

function configOf(stack: StackSpec) {
  const config = gatewayOf(stack)?.config ?? null;
  const text = config === null ? undefined : readTextIfThere(config.source);
  return config === null || text === undefined ? null : { ...config, text };
}

function unique(names: readonly Name[]): readonly Name[] {
  return [...new Map(names.map((name) => [name.value, name])).values()];
}
