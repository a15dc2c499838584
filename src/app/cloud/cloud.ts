import { dirname, join } from "node:path";
import { GoatError } from "../../errors/goat-error.ts";
import { type CloudCache, readCache } from "../../modal/cache.ts";
import { type ModalCli, openModal } from "../../modal/cli.ts";
import { gatewayTarget, readTargets, type Target } from "../../modal/targets.ts";
import { kindOf } from "../../platform/files.ts";
import { readTextIfThere } from "../../platform/text-file.ts";
import { openState, type State } from "../../project/state.ts";
import type { App } from "../app.ts";
import { openEnvironment } from "../project.ts";
import type { Environment } from "../read-environment.ts";

export interface CloudInput {
  /** Modal's environment; else GOAT_DEV_MODAL_ENV, else goat. */
  readonly environment: string | undefined;
}

/** A project's cloud half: what can be deployed to Modal, and the CLI for it. Modal has not been asked anything yet. */
export interface Cloud {
  readonly environment: Environment;
  readonly cli: ModalCli;
  readonly state: State;
  readonly cache: CloudCache;
  /** The gateway first, then the models. */
  readonly targets: readonly Target[];
  /** The project's own dev/, else the shipped one. */
  readonly devFolder: string;
  file(name: string): { readonly path: string; readonly text: string };
  script(target: Target): string;
}

/** Reads .env and the table of vLLM models. Throws env-file-invalid, usage. */
export function openCloud(input: CloudInput, app: App): Cloud {
  const environment = openEnvironment(app);
  const { root, composeFiles, stateDir } = environment.project;
  const own = dirname(composeFiles[0] ?? root);
  const shipped = join(app.packageRoot, "dev");
  const file: Cloud["file"] = (name) => {
    const path = kindOf(join(own, name)) === "file" ? join(own, name) : join(shipped, name);
    const text = readTextIfThere(path);
    if (text !== undefined) return { path, text };
    throw new GoatError("internal", `there is no ${path}`);
  };
  const table = file("vllm-models.json");
  const state = openState(stateDir);
  const ownScripts = join(root, "scripts", gatewayTarget.script);
  const scripts = kindOf(ownScripts) === "file" ? dirname(ownScripts) : join(app.packageRoot, "scripts");
  return {
    environment,
    cli: openModal({ shell: app.env, cwd: root, environment: modalEnvironment(input, app), signal: app.signal }),
    state,
    cache: readCache(state),
    targets: [gatewayTarget, ...readTargets(table.text, table.path)],
    devFolder: kindOf(own) === "directory" ? own : shipped,
    file,
    script: (target) => join(scripts, target.script),
  };
}

function modalEnvironment(input: CloudInput, app: App): string {
  const name = input.environment ?? (app.env["GOAT_DEV_MODAL_ENV"] || "goat");
  if (/^[A-Za-z0-9][\w.-]*$/.test(name)) return name;
  throw new GoatError("usage", `${JSON.stringify(name)} is no name of a Modal environment`, {
    fixes: [{ command: "modal environment list", effect: "shows which there are" }],
  });
}
