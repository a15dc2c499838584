import { basename } from "node:path";
import { GoatError } from "../errors/goat-error.ts";
import { builtName } from "../model/build.ts";
import type { ServiceSpec, StackSpec } from "../model/stack.ts";
import { plural } from "../platform/text.ts";
import { checkConsistency, findCycle } from "./consistency.ts";
import { createReport, type Diagnostic, formatDiagnostic, type Report, sorted } from "./diagnostics.ts";
import { checkKeys, readKey, readMapping, readOptionalKey, readText } from "./fields.ts";
import { readModel } from "./model.ts";
import { readDocuments } from "./read-yaml.ts";
import { defaultReady, defaultTimeoutMs, readReady } from "./ready.ts";
import { readNetworks, readVolumes } from "./resources.ts";
import { displayPath, lookupIn, type Scope } from "./scope.ts";
import { readService, type ServiceDraft } from "./service.ts";
import { supported } from "./supported.ts";
import { type Interpolation, interpolateTree, type Mapping, toPlain } from "./tree.ts";

export interface LoadedStack {
  readonly stack: StackSpec;
  readonly warnings: readonly Diagnostic[];
  /** The file's top-level `x-goat` block. */
  readonly settings: Readonly<Record<string, unknown>>;
}

export interface LoadInput {
  /** Several are merged as Compose does with `-f a -f b`. */
  readonly files: readonly { readonly path: string; readonly text: string }[];
  /** The absolute folder of the first file. */
  readonly workingDir: string;
  /** Of the shell and of `.env`; the shell's take precedence. */
  readonly variables: Readonly<Record<string, string>>;
  /** From --project-name or COMPOSE_PROJECT_NAME. */
  readonly projectName: string | undefined;
  readonly profiles: readonly string[];
  readonly environmentFiles: readonly string[];
  /** Reads an env file, or a Compose file that another one includes or extends. */
  readonly readFile: Scope["readFile"];
  /** The project's folder: paths are shown relative to it. */
  readonly root: string;
}

/**
 * Compose files as a stack. Throws compose-invalid with every mistake, dependency-cycle, compose-file-missing where
 * `files` is empty, and usage where the project's name is not a valid one.
 */
export function loadStack(input: LoadInput): LoadedStack {
  const report = createReport();
  const trees = readFiles(input, report);
  const name = readName(trees, input, report);
  const variables = { ...input.variables, COMPOSE_PROJECT_NAME: name };
  const interpolation: Interpolation = { lookup: lookupIn(variables), report, warned: new Set() };
  const { readFile, workingDir, root } = input;
  const scope = { report, readFile, variables, workingDir, root };
  const model = readModel(trees, scope, interpolation);
  if (model === undefined) {
    throwMistakes(report);
    throw new GoatError("compose-file-missing", "no Compose file was given");
  }
  const { file, isWhole } = model;
  const isRead = !report.diagnostics.some(isError);
  const section = (key: string) => readOptionalKey(file, key, report, readMapping);
  const declared = { secrets: section("secrets"), configs: section("configs") };
  const { stack, drafts } = readStack(file, name, input, { ...scope, declared, isWhole, isRead });
  const settings = readSettings(file, report);
  throwMistakes(report);
  throwCycle(drafts);
  return { stack, settings, warnings: sorted(report.diagnostics, "warning") };
}

/** The files as trees, variables still in them. */
function readFiles(input: LoadInput, report: Report): readonly Mapping[] {
  return input.files.flatMap(({ path, text }) => readDocuments(text, displayPath(path, input.root), report));
}

/** The project's name as Compose finds it: given, else `name:` of the last file that has it, else the folder. */
function readName(files: readonly Mapping[], input: LoadInput, report: Report): string {
  const { projectName, variables } = input;
  if (projectName !== undefined && projectName !== "") {
    if (!isProjectName(projectName)) throw wrongName(projectName);
    return projectName;
  }
  const interpolation = { lookup: lookupIn(variables), report, warned: new Set<string>() };
  const entry = files.flatMap((file) => file.entries.get("name") ?? []).at(-1);
  const node = entry && interpolateTree(entry.value, interpolation);
  const name = node && readText({ name: "name", node, report });
  const found = name === undefined ? folderName(input.workingDir) : normalizeName(name);
  if (found === "") throw wrongName(found);
  return found;
}

function isProjectName(name: string): boolean {
  return name !== "" && normalizeName(name) === name;
}

/** A name as Compose turns it into a project's name; may be empty. */
function normalizeName(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, "")
    .replace(/^[_-]+/, "");
}

function wrongName(name: string): GoatError {
  return new GoatError(
    "usage",
    `"${name}" cannot name a project: lower-case letters, digits, - and _, a letter or digit first`,
    {
      fixes: [{ command: "--project-name NAME", effect: "names it" }],
    },
  );
}

function folderName(folder: string): string {
  return normalizeName(basename(folder));
}

/** Throws compose-invalid where anything was found that cannot be run as written. */
function throwMistakes(report: Report): void {
  const mistakes = sorted(report.diagnostics, "error");
  const [first] = mistakes;
  if (first === undefined) return;
  const told = formatDiagnostic(first);
  const count = plural(mistakes.length, "mistake");
  const message = mistakes.length === 1 ? told : `${count} in the Compose file, first ${told}`;
  throw new GoatError("compose-invalid", message, {
    evidence: mistakes.map(formatDiagnostic),
    fixes: [{ command: `$EDITOR +${first.line} ${first.file}`, effect: "then: goat-dev up" }],
  });
}

interface FileScope extends Scope {
  /** True where every included file could be read. */
  readonly isWhole: boolean;
  /** True where the files were read and merged without an error. */
  readonly isRead: boolean;
}

function readStack(
  file: Mapping,
  name: string,
  input: LoadInput,
  scope: FileScope,
): { readonly stack: StackSpec; readonly drafts: readonly ServiceDraft[] } {
  const { report } = scope;
  checkKeys(file, supported.file, report);
  const all = readServices(file, input.profiles, scope);
  const drafts = all.filter((draft) => isOn(draft.profiles, input.profiles));
  const networks = readNetworks(readKey(file, "networks", report, readMapping), name, report);
  const volumes = readVolumes(readKey(file, "volumes", report, readMapping), name, scope);
  const keysOf = (specs: readonly { readonly key: string }[]): readonly string[] => specs.map(({ key }) => key);
  // What an unreadable included file would have declared is not reported as missing.
  if (scope.isWhole) checkConsistency(drafts, all, { networks: keysOf(networks), volumes: keysOf(volumes) }, report);
  const dependencies = drafts.flatMap((draft) => draft.dependencies.map(({ value }) => value));
  const completes = new Set(dependencies.filter(({ until }) => until === "completed").map(({ service }) => service));
  const usedNetworks = new Set(drafts.flatMap((draft) => draft.attachments.map(({ value }) => value.network)));
  const usedVolumes = new Set(
    drafts.flatMap((draft) => draft.mounts.map(({ mount }) => (mount.kind === "volume" ? mount.volume : ""))),
  );
  const stack = {
    name,
    workingDir: input.workingDir,
    configFiles: input.files.map(({ path }) => path),
    environmentFiles: input.environmentFiles,
    services: drafts.map((draft) => buildService(draft, name, completes, scope)),
    networks: networks.filter(({ key }) => usedNetworks.has(key)),
    volumes: volumes.filter(({ key }) => usedVolumes.has(key)),
  };
  return { stack, drafts };
}

function readServices(file: Mapping, profiles: readonly string[], scope: FileScope): readonly ServiceDraft[] {
  const { report } = scope;
  const entry = file.entries.get("services");
  const services = readKey(file, "services", report, readMapping);
  // A mistake in `services` itself has already been reported, and a file that could not be read may hold services.
  const isTold = services === undefined && (entry !== undefined || !scope.isRead);
  if (!isTold && (services === undefined || services.entries.size === 0)) {
    report.error(entry?.at ?? file.at, file.entries.size === 0 ? "the file is empty" : "there are no services");
  }
  return [...(services?.entries.values() ?? [])].flatMap((entry) => {
    if (!/^[a-zA-Z0-9._-]+$/.test(entry.key)) {
      report.error(entry.at, `"${entry.key}" cannot name a service: letters, digits, ., - and _ only`);
    }
    return readService(entry, (own) => isOn(own, profiles), scope) ?? [];
  });
}

function isError({ level }: Diagnostic): boolean {
  return level === "error";
}

function isOn(own: readonly string[], active: readonly string[]): boolean {
  // If no profile is active, the empty name counts as active, as in Compose.
  const names = active.length === 0 ? [""] : active;
  return own.length === 0 || names.includes("*") || own.some((profile) => names.includes(profile));
}

/**
 * The service as the rest of goat-dev knows it, with its mounted files not yet read. `completes` names the services
 * whose completion another service waits for.
 */
function buildService(draft: ServiceDraft, project: string, completes: ReadonlySet<string>, scope: Scope): ServiceSpec {
  const { name, goat, environment, ports, stopSignal, stopGraceMs } = draft;
  const spec = draft.spec.image === "" ? { ...draft.spec, image: builtName(project, name) } : draft.spec;
  const role = goat.role ?? "other";
  const question = { role, ports, environment, spec, mustComplete: completes.has(name) };
  const written = goat.ready && readReady(goat.ready, { ports, report: scope.report });
  return {
    name,
    role,
    run: { docker: spec, ...(goat.embedded === undefined ? {} : { embedded: goat.embedded }) },
    environment,
    ports,
    files: [],
    ready: written ?? defaultReady(question),
    readyTimeoutMs: goat.timeoutMs ?? defaultTimeoutMs(role),
    stopSignal,
    stopGraceMs,
    dependsOn: draft.dependencies.map(({ value }) =>
      goat.overlap?.includes(value.service) === true ? { ...value, beside: true } : value,
    ),
    ...(goat.reload === undefined ? {} : { reload: goat.reload }),
  };
}

function readSettings(file: Mapping, report: Report): Readonly<Record<string, unknown>> {
  const block = readKey(file, "x-goat", report, readMapping);
  const settings = block === undefined ? {} : toPlain(block);
  return typeof settings === "object" && settings !== null ? { ...settings } : {};
}

/** Throws dependency-cycle with the place of each of its links. */
function throwCycle(drafts: readonly ServiceDraft[]): void {
  const edges = new Map(drafts.map(({ name, dependencies }) => [name, dependencies.map(({ value }) => value.service)]));
  const cycle = findCycle(edges);
  if (cycle === undefined) return;
  const links = cycle.slice(1).map((service, index) => {
    const draft = drafts.find(({ name }) => name === cycle[index]);
    const at = draft?.dependencies.find(({ value }) => value.service === service)?.at ?? draft?.at;
    const message = `"${cycle[index]}" depends on "${service}"`;
    return at === undefined ? message : formatDiagnostic({ level: "error", ...at, message });
  });
  throw new GoatError("dependency-cycle", `services depend on each other in a circle: ${cycle.join(" → ")}`, {
    evidence: links,
    fixes: [{ command: "goat-dev up", effect: "once one of these depends_on is taken out of the Compose file" }],
  });
}
