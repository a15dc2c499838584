import { GoatError } from "../../errors/goat-error.ts";
import { modalUrl } from "../../gateway/catalogue.ts";
import { readGatewayConfig } from "../../gateway/config.ts";
import { address } from "../../gateway/edit/new-entry.ts";
import { disabledModels, disabledRoutes, disableModel, enableModel, setApiBase } from "../../gateway/edit/switch.ts";
import { placeholderIn } from "../../gateway/routes.ts";
import { nearest } from "../../platform/text.ts";
import type { App } from "../app.ts";
import { carryOutChange, type FileEdit, type ModelsChangeReport, typedCommand } from "./change.ts";
import { type ConfigFile, type ModelsProject, openOwn } from "./open.ts";
import { vllmModels } from "./vllm.ts";

export interface SwitchInput {
  readonly name: string;
  /** Nobody is asked. */
  readonly yes: boolean;
}

export interface EnableInput extends SwitchInput {
  /** Modal's workspace, which together with the environment's suffix gives the address of the model. */
  readonly workspace?: string | undefined;
  readonly environment?: string | undefined;
  /** Any other server's address. */
  readonly url?: string | undefined;
}

export interface EnableReport extends ModelsChangeReport {
  /** True where the entry was in use already, and was only given another address. */
  readonly moved: boolean;
}

/**
 * Enables an entry that is commented out, or points one that is in use at another server.
 * Throws usage, and what `carryOutChange` throws.
 */
export async function enable(input: EnableInput, app: App): Promise<EnableReport> {
  const { name, yes, workspace, environment, url } = input;
  const project = await openOwn(yes, app);
  const apiBase = addressOf(project, input, app);
  if (apiBase === null) refusePlaceholder(project.local, name);
  const moved = isActive(project.local, name) && apiBase !== null;
  const edits = [
    edit(project.local, (file) => taken(file, name, apiBase)),
    ...cloudEdit(project, (file) => {
      // An entry that the cloud's gateway uses already takes over an address on Modal, and no other.
      if (isActive(file, name)) return workspace === undefined ? file.text : taken(file, name, apiBase);
      return disabledModels(file).some((entry) => entry.name === name) ? taken(file, name, apiBase) : file.text;
    }),
  ];
  const command = typedCommand(["models", "enable", name], { workspace, environment, url });
  const report = await carryOutChange(project, name, { command, yes, edits, wanted: [name], remarks: [] }, app);
  return { ...report, moved };
}

/** The new address of the model's server; null where the entry keeps the one that it has. Throws usage. */
function addressOf(
  { session }: ModelsProject,
  { name, workspace, environment, url }: EnableInput,
  app: App,
): string | null {
  if (url !== undefined) return address("--url", url);
  if (workspace === undefined) return null;
  const suffix = environment ?? "goat";
  checkPart("--workspace", workspace);
  if (suffix !== "") checkPart("--environment", suffix);
  const models = vllmModels(session, app);
  const model = models.find((known) => known.name === name || known.key === name);
  if (model !== undefined) return modalUrl(model.app, workspace, suffix);
  const near = nearest(
    name,
    models.map((known) => known.name),
  );
  throw new GoatError(
    "usage",
    `${name} is no model of dev/vllm-models.json${near === undefined ? "" : `; did you mean ${near}?`}`,
    {
      fixes: [
        { command: `goat-dev models enable ${near ?? name} --url https://host/v1`, effect: "for a server elsewhere" },
      ],
    },
  );
}

/** Both become part of a host's name. */
function checkPart(option: string, value: string): void {
  if (/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/.test(value)) return;
  throw new GoatError("usage", `${option} is small letters, digits and -, as in the address that Modal shows`, {
    fixes: [{ command: "modal profile current", effect: "prints the workspace" }],
  });
}

function refusePlaceholder(file: ConfigFile, name: string): void {
  const route = disabledRoutes(file).find((found) => found.name === name);
  const open = route?.apiBase === null || route === undefined ? null : placeholderIn(route.apiBase);
  if (open === null) return;
  throw new GoatError("usage", `${name} lacks the address of its server: ${open} in its api_base has to be filled in`, {
    fixes: [
      {
        command: `goat-dev models enable ${name} --workspace NAME`,
        effect: "your Modal workspace; --environment where it is not goat",
      },
      { command: `goat-dev models enable ${name} --url https://host/v1`, effect: "any other server" },
    ],
  });
}

function isActive(file: ConfigFile, name: string): boolean {
  return routesOf(file).some((route) => route.name === name);
}

function routesOf({ text, path }: ConfigFile) {
  return readGatewayConfig(text, path).routes;
}

function edit(file: ConfigFile, change: (file: ConfigFile) => string): FileEdit {
  return {
    source: file.source,
    path: file.path,
    before: file.text,
    after: change(file),
  };
}

/** The config with the entry in use, and at this address where one is given. */
function taken(file: ConfigFile, name: string, apiBase: string | null): string {
  const text = apiBase !== null && isActive(file, name) ? file.text : enableModel(file, name);
  return apiBase === null ? text : setApiBase({ ...file, text }, name, apiBase);
}

function cloudEdit({ cloud }: ModelsProject, change: (file: ConfigFile) => string): readonly FileEdit[] {
  return cloud === null ? [] : [edit(cloud, change)];
}

/** Comments an entry out. Throws usage, and what a change of the configs throws. */
export async function disable({ name, yes }: SwitchInput, app: App): Promise<ModelsChangeReport> {
  const project = await openOwn(yes, app);
  const edits = [
    edit(project.local, (file) => disableModel(file, name)),
    // A vLLM model stays in the cloud's config: the cloud's gateway can use its GPUs whether this machine does or not.
    ...cloudEdit(project, (file) => (isOnGpus(file, name) ? file.text : disableModel(file, name))),
  ];
  return carryOutChange(project, name, { command: `models disable ${name}`, yes, edits, wanted: [], remarks: [] }, app);
}

/** Whether vLLM serves the model; also true where no such entry is in use, and so none can be commented out. */
function isOnGpus(file: ConfigFile, name: string): boolean {
  return routesOf(file)
    .filter((route) => route.name === name)
    .every(({ provider }) => provider === "vllm");
}
