import { dirname, join } from "node:path";
import { GoatError } from "../../errors/goat-error.ts";
import { nameThisMachine } from "../../gateway/edit/extra-hosts.ts";
import { addModel } from "../../gateway/edit/models.ts";
import { type NewEntry, newEntry, variablesOf } from "../../gateway/edit/new-entry.ts";
import { addToSecret, addToTemplate, passVariable, variablesPassed } from "../../gateway/edit/variables.ts";
import { keyVariables } from "../../gateway/providers.ts";
import { hostName, isLoopback, isThisMachine } from "../../gateway/this-machine.ts";
import { list } from "../../platform/text.ts";
import { readTextIfThere } from "../../platform/text-file.ts";
import type { App, Ask } from "../app.ts";
import { carryOutChange, type FileEdit, type ModelsChangeReport, typedCommand } from "./change.ts";
import { type ConfigFile, type ModelsProject, openOwn, shown } from "./open.ts";
import { vllmRequest } from "./vllm.ts";

export interface AddInput {
  /** One name; where left out, a person at the terminal is asked for it. */
  readonly names: readonly string[];
  readonly route?: string | undefined;
  readonly key?: string | undefined;
  readonly apiBase?: string | undefined;
  readonly apiVersion?: string | undefined;
  readonly baseModel?: string | undefined;
  readonly mode?: string | undefined;
  readonly vllm: boolean;
  /** A vLLM server's address. */
  readonly url?: string | undefined;
  /** Nobody is asked. */
  readonly yes: boolean;
}

/** Puts a model into both configs and passes its key's variable on. Throws usage, and what a change of the configs throws. */
export async function add(input: AddInput, app: App): Promise<ModelsChangeReport> {
  const { names: _names, yes, ...options } = input;
  const project = await openOwn(yes, app);
  const entry = newEntry(await requestOf(project, input, app));
  const variables = variablesOf(entry);
  const configs = filesFor(entry, project).map((file) => ({
    source: file.source,
    path: file.path,
    before: file.text,
    after: addModel(file, entry),
  }));
  const edits = [...configs, ...variables.reduce(withVariable(project), withHost(project, entry))];
  const remarks = [...unsetRemarks(project, variables), ...addressRemarks(entry)];
  const command = typedCommand(["models", "add", entry.name], options);
  return carryOutChange(project, entry.name, { command, yes, edits, wanted: [entry.name], remarks }, app);
}

/** Both configs, but the local one alone for a server of this machine, which the cloud cannot reach. */
function filesFor(entry: NewEntry, { local, cloud }: ModelsProject): readonly ConfigFile[] {
  return cloud === null || isThisMachine(baseOf(entry)) ? [local] : [local, cloud];
}

/** Empty where the provider's own address is meant. */
function baseOf({ params }: NewEntry): string {
  return String(params["api_base"] ?? "");
}

async function requestOf({ session }: ModelsProject, input: AddInput, app: App) {
  const { names, route, key, apiBase, apiVersion, baseModel, mode, vllm } = input;
  const [name, ...others] = names;
  if (others.length > 0) {
    throw usage(`models add takes one model at a time: leave out ${list(others)}`);
  }
  const options = { apiBase, key, apiVersion, baseModel, mode, vllm };
  if (vllm) return { ...options, ...(await vllmRequest(session, { name, url: input.url ?? apiBase, route }, app)) };
  if (input.url !== undefined) throw usage("--url goes with --vllm; another server's address is --api-base");
  if (name !== undefined && route !== undefined) return { ...options, name, route };
  if (app.ask === null) throw usage(name === undefined ? "a model needs a name" : `${name} needs a --route`);
  return { ...options, ...(await askForEntry(app.ask, name, route)) };
}

function usage(message: string): GoatError {
  return new GoatError("usage", message, {
    fixes: [
      { command: "goat-dev models add NAME --route PROVIDER/MODEL", effect: "such as --route groq/openai/gpt-oss-20b" },
    ],
  });
}

/** The cloud's secret for keys of providers. */
const providerSecret = "goat-llm-providers";

/** Adds a variable that the gateway does not get yet to the Compose file, the .env template, the cloud's secrets. */
function withVariable(project: ModelsProject) {
  return (edits: readonly FileEdit[], name: string): readonly FileEdit[] => {
    const { environment } = project.session;
    const service = project.gateway.service.name;
    const { root } = environment.project;
    const edit = (source: string, change: (text: string) => string): readonly FileEdit[] => {
      const known = edits.find((other) => other.source === source);
      const before = known?.before ?? readTextIfThere(source);
      if (before === undefined) return [];
      return [{ source, path: shown(source, root), before, after: change(known?.after ?? before) }];
    };
    const compose = composeFileOf(project);
    const folder = dirname(project.local.source);
    const template = [join(folder, ".env.example"), join(root, ".env.example")].find(
      (path) => readTextIfThere(path) !== undefined,
    );
    const secrets = join(folder, "modal-secrets.json");
    const fresh = [
      ...edit(compose, (text) => passVariable({ path: shown(compose, root), text }, service, name)),
      ...(template === undefined ? [] : edit(template, (text) => addToTemplate(text, name))),
      ...edit(secrets, (text) => addToSecret({ path: shown(secrets, root), text }, providerSecret, name)),
    ];
    return [...edits.filter(({ source }) => !fresh.some((other) => other.source === source)), ...fresh];
  };
}

/** A route to this machine uses host.docker.internal, a name that containers on Linux do not have by default. */
function withHost(project: ModelsProject, entry: NewEntry): readonly FileEdit[] {
  if (isLoopback(baseOf(entry)) || !isThisMachine(baseOf(entry))) return [];
  const source = composeFileOf(project);
  const file = { path: shown(source, project.session.environment.project.root), text: readTextIfThere(source) ?? "" };
  const after = nameThisMachine(file, project.gateway.service.name);
  return [{ source, path: file.path, before: file.text, after }];
}

/** The file that gives the gateway its environment; the last one wins in Compose. */
function composeFileOf({ session, gateway }: ModelsProject): string {
  const files = session.environment.project.composeFiles;
  const having = files.findLast((path) => {
    const text = readTextIfThere(path) ?? "";
    return variablesPassed({ path, text }, gateway.service.name) !== null;
  });
  return having ?? files[0] ?? "";
}

function unsetRemarks({ session }: ModelsProject, variables: readonly string[]): readonly string[] {
  const unset = variables.filter((name) => (session.environment.variables[name] ?? "") === "");
  return unset.length === 0
    ? []
    : [`It works once ${list(unset)} ${unset.length === 1 ? "is" : "are"} set in .env: goat-dev up`];
}

/** Inside a container localhost is that container. */
function addressRemarks(entry: NewEntry): readonly string[] {
  return isLoopback(baseOf(entry))
    ? [`In a container that address is the container itself; this machine is http://${hostName}:… or its own IP.`]
    : [];
}

/** Asks for what the command line left out. */
export async function askForEntry(
  ask: Ask,
  name: string | undefined,
  route: string | undefined,
): Promise<{ readonly name: string; readonly route: string }> {
  const path = route ?? (await askForRoute(ask));
  return {
    name: name ?? (await ask.input(`Name that programs ask for (such as ${path.split("/").at(-1)})`)),
    route: path,
  };
}

const first = ["anthropic", "azure", "groq", "openai"];

async function askForRoute(ask: Ask): Promise<string> {
  const others = Object.keys(keyVariables).filter((prefix) => !first.includes(prefix));
  const choices = [...first, ...others].map((prefix) => ({ value: prefix, label: prefix }));
  const provider = await ask.select("Which provider?", choices);
  return `${provider}/${await ask.input(`Model, as ${provider} calls it`)}`;
}
