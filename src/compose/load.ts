import { GoatError } from "../errors/goat-error.ts";
import type { ServiceSpec, StackSpec } from "../model/stack.ts";
import { plural } from "../platform/text.ts";
import { buildService } from "./build-stack.ts";
import { checkKeys } from "./check-keys.ts";
import { checkConsistency } from "./consistency.ts";
import { findCycle } from "./cycles.ts";
import { createReport, type Diagnostic, formatDiagnostic, type Report, sorted } from "./diagnostics.ts";
import { readMapping } from "./fields.ts";
import { type Interpolation, interpolateMapping } from "./interpolate-tree.ts";
import { type Mapping, toPlain } from "./located.ts";
import { mergeFiles } from "./merge-files.ts";
import { type LoadInput, readFiles, readName } from "./read-files.ts";
import { readNetworks, readVolumes } from "./resources.ts";
import { lookupIn, readKey, type Scope } from "./scope.ts";
import { readService, type ServiceDraft } from "./service.ts";
import { supported } from "./supported.ts";

export interface Loaded {
  readonly stack: StackSpec;
  readonly warnings: readonly Diagnostic[];
  /** The file's top-level `x-goat` block. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** Throws compose-invalid where anything was found that cannot be run as written. */
const throwMistakes = (report: Report): void => {
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
};

const isOn = (own: readonly string[], active: readonly string[]): boolean =>
  own.length === 0 || active.includes("*") || own.some((profile) => active.includes(profile));

const readServices = (file: Mapping, profiles: readonly string[], scope: Scope): readonly ServiceDraft[] => {
  const { report } = scope;
  const services = readKey(file, "services", report, readMapping);
  if (services === undefined || services.entries.size === 0) {
    report.error(file.entries.get("services")?.at ?? file.at, "there are no services");
  }
  return [...(services?.entries.values() ?? [])].flatMap((entry) => {
    if (!/^[a-zA-Z0-9._-]+$/.test(entry.key)) {
      report.error(entry.at, `"${entry.key}" cannot name a service: letters, digits, ., - and _ only`);
    }
    return readService(entry, (own) => isOn(own, profiles), scope) ?? [];
  });
};

const throwCycle = (services: readonly ServiceSpec[]): void => {
  const edges = new Map(services.map(({ name, dependsOn }) => [name, dependsOn.map((edge) => edge.service)]));
  const cycle = findCycle(edges);
  if (cycle === undefined) return;
  throw new GoatError("dependency-cycle", `services depend on each other in a circle: ${cycle.join(" → ")}`, {
    evidence: [cycle.join(" → ")],
    fixes: [{ command: "goat-dev up", effect: "once one of these depends_on is taken out of the Compose file" }],
  });
};

const readStack = (file: Mapping, name: string, input: LoadInput, scope: Scope): StackSpec => {
  const { report } = scope;
  checkKeys(file, supported.file, report);
  const all = readServices(file, input.profiles, scope);
  const drafts = all.filter((draft) => isOn(draft.profiles, input.profiles));
  const networks = readNetworks(readKey(file, "networks", report, readMapping), name, report);
  const volumes = readVolumes(readKey(file, "volumes", report, readMapping), name, report);
  const keysOf = (specs: readonly { readonly key: string }[]): readonly string[] => specs.map(({ key }) => key);
  checkConsistency(drafts, all, { networks: keysOf(networks), volumes: keysOf(volumes) }, report);
  const dependencies = drafts.flatMap((draft) => draft.dependencies.map(({ value }) => value));
  const completes = new Set(dependencies.filter(({ until }) => until === "completed").map(({ service }) => service));
  const usedNetworks = new Set(drafts.flatMap((draft) => draft.attachments.map(({ value }) => value.network)));
  const usedVolumes = new Set(
    drafts.flatMap((draft) => draft.mounts.map(({ mount }) => (mount.kind === "volume" ? mount.volume : ""))),
  );
  return {
    name,
    workingDir: input.workingDir,
    configFiles: input.files.map(({ path }) => path),
    environmentFiles: input.environmentFiles,
    services: drafts.map((draft) => buildService(draft, completes, scope)),
    networks: networks.filter(({ key }) => usedNetworks.has(key)),
    volumes: volumes.filter(({ key }) => usedVolumes.has(key)),
  };
};

const readSettings = (file: Mapping, report: Report): Readonly<Record<string, unknown>> => {
  const block = readKey(file, "x-goat", report, readMapping);
  const settings = block === undefined ? {} : toPlain(block);
  return typeof settings === "object" && settings !== null ? { ...settings } : {};
};

/**
 * Compose files as a stack. Throws compose-invalid with every mistake, dependency-cycle, and usage for a project's
 * name that cannot be one.
 */
export const loadStack = (input: LoadInput): Loaded => {
  const report = createReport();
  const trees = readFiles(input, report);
  const name = readName(trees, input, report);
  const variables = { ...input.variables, COMPOSE_PROJECT_NAME: name };
  const interpolation: Interpolation = { lookup: lookupIn(variables), report, warned: new Set() };
  const file = mergeFiles(
    trees.map((tree) => interpolateMapping(tree, interpolation)),
    report,
  );
  if (file === undefined) {
    throwMistakes(report);
    throw new GoatError("compose-file-missing", "no Compose file was given");
  }
  const { readFile, workingDir, root } = input;
  const stack = readStack(file, name, input, { report, readFile, variables, workingDir, root });
  const settings = readSettings(file, report);
  throwMistakes(report);
  throwCycle(stack.services);
  return { stack, settings, warnings: sorted(report.diagnostics, "warning") };
};
