import { basename, dirname, extname, join, relative } from "node:path";
import { GoatError } from "../../errors/goat-error.ts";
import type { GatewayAccess } from "../../gateway/access.ts";
import { readTextIfThere } from "../../platform/text-file.ts";
import { type GatewayEndpoint, gatewayAccess, gatewayOf } from "../../stack/plan/endpoints.ts";
import type { App } from "../app.ts";
import { refuseKey } from "../gateway-key.ts";
import { init } from "../init/init.ts";
import { openProject, type ProjectSession } from "../project.ts";

/** A file that says which models there are. */
export interface ConfigFile {
  /** Where it lies. */
  readonly source: string;
  /** As messages name it. */
  readonly path: string;
  readonly text: string;
}

/** A project as the commands about models see it. */
export interface ModelsProject {
  readonly session: ProjectSession;
  readonly gateway: GatewayEndpoint;
  readonly access: GatewayAccess;
  /** The config that this machine's gateway reads. */
  readonly local: ConfigFile;
  /** The config that the cloud's gateway reads; null where there is no such file beside the local one. */
  readonly cloud: ConfigFile | null;
}

/**
 * Reads the project and both configs; no engine is asked. In a demo the gateway runs on a changed copy of the local
 * config: `running` means that copy, `own` the user's file. Throws usage where the stack has no gateway with a config.
 */
export async function openModels(app: App, which: "own" | "running"): Promise<ModelsProject> {
  const session = await openProject(app, which === "own" ? { demo: false } : {});
  const gateway = gatewayOf(session.stack);
  if (gateway === null) throw new GoatError("usage", "no service of the Compose file is the gateway (x-goat: role)");
  const { config, service } = gateway;
  const text = session.demo?.text ?? (config === null ? undefined : readTextIfThere(config.source));
  if (config === null || text === undefined) {
    const why = config === null ? "mounts no LiteLLM config" : `mounts ${config.path}, which is not there`;
    throw new GoatError("usage", `${service.name} ${why}`, {
      fixes: [{ command: "goat-dev config", effect: "shows the stack as it is understood" }],
    });
  }
  const local = { source: config.source, path: config.path, text };
  const access = gatewayAccess(gateway);
  return { session, gateway, access, local, cloud: cloudOf(local, session.environment.project.root) };
}

/** dev/litellm-config.yaml has dev/litellm-config-modal.yaml beside it. */
function cloudOf({ source }: ConfigFile, root: string): ConfigFile | null {
  const ending = extname(source);
  const path = join(dirname(source), `${basename(source, ending)}-modal${ending}`);
  const text = readTextIfThere(path);
  return text === undefined ? null : { source: path, path: shown(path, root), text };
}

/** A file of the project as messages name it: from the project's root. */
export function shown(path: string, root: string): string {
  return path.startsWith(`${root}/`) ? relative(root, path) : path;
}

/**
 * The project with configs of its own, which may be edited. The configs in the package, and the copy of them, never
 * are: a project on these is first offered `init`. Throws usage where nobody can answer that, gateway-key-invalid,
 * interrupted.
 */
export async function openOwn(yes: boolean, app: App): Promise<ModelsProject> {
  const project = await openModels(app, "own");
  refuseKey(project.gateway.key, project.session.environment, app);
  if (!project.session.environment.project.shipped) return project;
  await offerInit(yes, app);
  return openModels(app, "own");
}

const shippedText = "this project uses the stack that goat-dev ships, which is not edited";

async function offerInit(yes: boolean, app: App): Promise<void> {
  const { ask } = app;
  if (ask === null || yes) {
    throw new GoatError("usage", shippedText, {
      fixes: [{ command: "goat-dev init", effect: "puts dev/ with the configs into this repository, to be edited" }],
    });
  }
  app.emit({ type: "notice", level: "info", text: shippedText });
  if (!(await ask.confirm("Put dev/ into this repository, to be edited (goat-dev init)?", true))) {
    throw new GoatError("interrupted", "nothing was changed");
  }
  await init({ examples: [], agents: false, also: [], plan: false, yes: false, force: false }, app);
}
