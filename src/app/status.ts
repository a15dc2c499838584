import type { EngineInfo } from "../engine/engine.ts";
import { loadProbes } from "../readiness/probe.ts";
import { observeStack, readStatus, type ServiceStatus } from "../stack/run/observe.ts";
import type { App } from "./app.ts";
import { folderOf, ownerOf, ownFolder } from "./own-stack.ts";
import { openProject, openStack, provenLives, tellStack } from "./project.ts";

export interface StatusReport {
  /** The stack's name. */
  readonly stack: string;
  readonly engine: Pick<EngineInfo, "kind" | "version" | "endpoint">;
  readonly demo: boolean;
  /** The folder of this project's stack. */
  readonly folder: string;
  /** The other folder that the stack belongs to; null where it is not another folder's. */
  readonly owner: string | null;
  readonly services: readonly ServiceStatus[];
}

/** The state of every service now; waits for none to become ready. */
export async function status(_input: object, app: App): Promise<StatusReport> {
  const open = await openStack(app, await openProject(app));
  tellStack(open, app);
  const observing = observeStack(open.stack, open);
  loadProbes(open.stack.services.map(({ ready }) => ready));
  const observed = await observing;
  const owner = ownerOf(open, observed, app);
  const { kind, version, endpoint } = open.info;
  return {
    stack: open.stack.name,
    engine: { kind, version, endpoint },
    demo: open.demo !== null,
    folder: ownFolder(open.stack),
    owner: owner === null ? null : folderOf(owner),
    services: await readStatus(open.stack, open, { observed, proven: provenLives(open) }),
  };
}
