import type { MountedFile, ServiceSpec } from "../model/stack.ts";
import { defaultReady, defaultTimeoutMs } from "./ready-default.ts";
import { readReady } from "./ready-written.ts";
import { displayPath, isInside, type Scope } from "./scope.ts";
import type { ServiceDraft } from "./service.ts";

const readFiles = (draft: ServiceDraft, scope: Scope): readonly MountedFile[] =>
  draft.mounts.flatMap(({ mount }) => {
    if (mount.kind !== "bind") return [];
    const { source, target } = mount;
    const { kind, hash } = scope.host.fingerprint(source);
    if (kind === "missing" || (kind === "directory" && !isInside(source, scope.root))) return [];
    return [{ path: displayPath(source, scope.root), source, target, hash }];
  });

/** The service as the rest of goat-dev knows it. `completes` are the services somebody waits to see finished. */
export const buildService = (draft: ServiceDraft, completes: ReadonlySet<string>, scope: Scope): ServiceSpec => {
  const { name, goat, environment, ports, recipe, stopSignal, stopGraceMs } = draft;
  const role = goat.role ?? "other";
  const question = { role, ports, environment, recipe, mustComplete: completes.has(name) };
  const written = goat.ready && readReady(goat.ready, { ports, report: scope.report });
  return {
    name,
    role,
    run: { docker: recipe, ...(goat.embedded === undefined ? {} : { embedded: goat.embedded }) },
    environment,
    ports,
    files: readFiles(draft, scope),
    ready: written ?? defaultReady(question),
    readyTimeoutMs: goat.timeoutMs ?? defaultTimeoutMs(role),
    stopSignal,
    stopGraceMs,
    dependsOn: draft.dependencies.map(({ value }) => value),
  };
};
