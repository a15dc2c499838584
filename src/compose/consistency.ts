import { nearest } from "../platform/text.ts";
import type { Position, Report } from "./diagnostics.ts";
import type { ServiceDraft } from "./service.ts";

interface Names {
  readonly networks: readonly string[];
  readonly volumes: readonly string[];
}

/**
 * Checks that the enabled services use only services, networks and volumes that the file declares, and do not
 * contradict each other or themselves.
 */
export function checkConsistency(
  enabled: readonly ServiceDraft[],
  all: readonly ServiceDraft[],
  names: Names,
  report: Report,
): void {
  const enabledNames = new Set(enabled.map((draft) => draft.name));
  const byName = new Map(all.map((draft) => [draft.name, draft]));
  const owners = new Map<string, string>();
  for (const draft of enabled) {
    const container = draft.spec.containerName;
    const owner = container === undefined ? undefined : owners.get(container);
    if (owner !== undefined)
      report.error(draft.at, `"${draft.name}" has the container name "${container}" of "${owner}"`);
    if (container !== undefined) owners.set(container, draft.name);
    checkPlatform(draft, report);
    checkDependencies(draft, byName, enabledNames, report);
    checkUses(draft, names, report);
  }
}

function checkPlatform({ name, at, spec: { platform, build } }: ServiceDraft, report: Report): void {
  const built = build?.platforms ?? [];
  if (platform === undefined || built.length === 0 || built.includes(platform)) return;
  report.error(at, `"${name}" is to run on ${platform}, and is built for ${built.join(", ")}`);
}

function checkDependencies(
  draft: ServiceDraft,
  all: ReadonlyMap<string, ServiceDraft>,
  enabled: ReadonlySet<string>,
  report: Report,
) {
  for (const { value, at } of draft.dependencies) {
    if (enabled.has(value.service)) continue;
    const other = all.get(value.service);
    if (other === undefined) {
      report.error(
        at,
        `"${draft.name}" depends on "${value.service}", which is no service${hint(value.service, [...all.keys()])}`,
      );
    } else if (value.required) {
      const profiles = other.profiles.join(", ");
      report.error(at, `"${draft.name}" depends on "${value.service}", which is off without profile ${profiles}`);
    }
  }
}

function hint(name: string, known: readonly string[]): string {
  // A name of one or two letters is close to almost any other.
  const near = name.length > 2 ? nearest(name, known) : undefined;
  return near === undefined ? "" : `: did you mean "${near}"?`;
}

function checkUses(draft: ServiceDraft, names: Names, report: Report): void {
  const refuse = (at: Position, kind: string, name: string, known: readonly string[]): void =>
    report.error(at, `${kind} "${name}" is not declared under "${kind}s:"${hint(name, known)}`);
  for (const { value, at } of draft.attachments) {
    if (!names.networks.includes(value.network)) refuse(at, "network", value.network, names.networks);
  }
  for (const { mount, at } of draft.mounts) {
    if (mount.kind === "volume" && !names.volumes.includes(mount.volume))
      refuse(at, "volume", mount.volume, names.volumes);
  }
}

/** One circle of names, its first name again at the end; undefined where there is none. */
export function findCycle(edges: ReadonlyMap<string, readonly string[]>): readonly string[] | undefined {
  const done = new Set<string>();
  const search = (name: string, path: readonly string[]): readonly string[] | undefined => {
    const start = path.indexOf(name);
    if (start >= 0) return [...path.slice(start), name];
    if (done.has(name)) return undefined;
    for (const next of edges.get(name) ?? []) {
      const cycle = search(next, [...path, name]);
      if (cycle !== undefined) return cycle;
    }
    done.add(name);
    return undefined;
  };
  for (const name of edges.keys()) {
    const cycle = search(name, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}
