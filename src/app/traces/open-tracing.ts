import { GoatError } from "../../errors/goat-error.ts";
import type { Ask } from "../../langfuse/list.ts";
import { type TracingEndpoint, tracingAccess, tracingOf } from "../../stack/plan/endpoints.ts";
import { askLangfuse } from "../../tracing/langfuse.ts";
import type { App } from "../app.ts";
import { openProject, type ProjectSession } from "../project.ts";

/** A list of traces with pictures in them takes its time. */
const askLimitMs = 30_000;

/** A project's Langfuse, or the service in its place, as the project's files describe it. */
export interface ProjectTracing {
  readonly session: ProjectSession;
  readonly tracing: TracingEndpoint;
  readonly ask: Ask;
}

/** Reads the project and finds its Langfuse; needs no engine. Throws usage where no service has that role. */
export async function openTracing(app: App): Promise<ProjectTracing> {
  const session = await openProject(app);
  const tracing = tracingOf(session.stack);
  if (tracing === null) {
    throw new GoatError("usage", "no service of the Compose file keeps traces (x-goat: role)", {
      fixes: [{ command: "goat-dev config", effect: "shows the services as they are understood" }],
    });
  }
  const access = tracingAccess(tracing);
  return { session, tracing, ask: (path) => askLangfuse(access, path, app.signal, askLimitMs) };
}
