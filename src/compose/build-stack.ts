import type { ServiceSpec } from "../model/stack.ts";
import { defaultReady, defaultTimeoutMs } from "./ready-default.ts";
import { readReady } from "./ready-written.ts";
import type { Scope } from "./scope.ts";
import type { ServiceDraft } from "./service.ts";

/** The service as the rest of goat-dev knows it; what it mounts is not read yet. `completes` are the services somebody waits to see finished. */
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
    files: [],
    ready: written ?? defaultReady(question),
    readyTimeoutMs: goat.timeoutMs ?? defaultTimeoutMs(role),
    stopSignal,
    stopGraceMs,
    dependsOn: draft.dependencies.map(({ value }) => value),
  };
};
