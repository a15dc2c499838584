import { dirname, join } from "node:path";
import { openEnvironment } from "../../app/project.ts";
import type { Environment } from "../../app/read-project.ts";
import { GoatError } from "../../errors/goat-error.ts";
import { type ModalCli, openModal } from "../../modal/cli.ts";
import { type Memory, readMemory } from "../../modal/memory.ts";
import { gatewayTarget, readTargets, type Target } from "../../modal/targets.ts";
import { kindOf } from "../../platform/files.ts";
import { readTextIfThere } from "../../platform/text-file.ts";
import { resolveSettings } from "../../project/settings.ts";
import { openState, type State } from "../../project/state.ts";
import type { Context, Input } from "../old-command.ts";

/** A project's cloud half: what would go to Modal, and the way there. Nothing has been asked yet. */
export interface Cloud {
  readonly environment: Environment;
  readonly cli: ModalCli;
  readonly state: State;
  readonly memory: Memory;
  /** The gateway first, then the models. */
  readonly targets: readonly Target[];
  /** The project's own dev/, else the shipped one. */
  readonly devFolder: string;
  file(name: string): { readonly path: string; readonly text: string };
  script(target: Target): string;
}

/** Reads .env and what is shipped beside it. Throws env-file-invalid, usage. */
export const openCloud = (context: Context, input: Input): Cloud => {
  const environment = openEnvironment(context);
  const { root, composeFiles, stateDir } = environment.project;
  const own = dirname(composeFiles[0] ?? root);
  const shipped = join(context.packageRoot, "dev");
  const file: Cloud["file"] = (name) => {
    const path = kindOf(join(own, name)) === "file" ? join(own, name) : join(shipped, name);
    const text = readTextIfThere(path);
    if (text !== undefined) return { path, text };
    throw new GoatError("internal", `there is no ${path}`);
  };
  const table = file("vllm-models.json");
  const state = openState(stateDir);
  const ownScripts = join(root, "scripts", gatewayTarget.script);
  const scripts = kindOf(ownScripts) === "file" ? dirname(ownScripts) : join(context.packageRoot, "scripts");
  return {
    environment,
    cli: openModal({
      shell: context.env,
      cwd: root,
      environment: modalEnvironment(context, input),
      signal: context.signal,
    }),
    state,
    memory: readMemory(state),
    targets: [gatewayTarget, ...readTargets(table.text, table.path)],
    devFolder: kindOf(own) === "directory" ? own : shipped,
    file,
    script: (target) => join(scripts, target.script),
  };
};

/** --env, else GOAT_DEV_MODAL_ENV, else goat. */
const modalEnvironment = (context: Context, input: Input): string => {
  const name = input.text("env") ?? (context.env["GOAT_DEV_MODAL_ENV"] || "goat");
  if (/^[A-Za-z0-9][\w.-]*$/.test(name)) return name;
  throw new GoatError("usage", `${JSON.stringify(name)} is no name of a Modal environment`, {
    fixes: [{ command: "modal environment list", effect: "shows which there are" }],
  });
};

/** --timeout in ms. Throws usage. */
export const timeoutOf = (input: Input, otherwiseMs: number): number => {
  const flag = input.text("timeout");
  return flag === undefined
    ? otherwiseMs
    : (resolveSettings({ flags: { timeoutMs: flag }, env: {}, xGoat: undefined }).timeoutMs ?? otherwiseMs);
};
