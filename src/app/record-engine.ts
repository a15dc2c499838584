import { describe } from "../errors/describe.ts";
import { GoatError } from "../errors/goat-error.ts";
import { plural } from "../platform/text.ts";
import { noteStack } from "../project/registry.ts";
import type { EngineKind } from "../project/settings.ts";
import { openState, readStackState, userStateFolder, writeStackState } from "../project/state.ts";
import type { App } from "./app.ts";
import { engineRequest, type OpenStack } from "./project.ts";

/**
 * Records the engine that the stack is brought up on, so that the next command uses it; says so where plain processes
 * were chosen unasked. Throws engine-changed while the stack runs on another engine.
 */
export async function recordEngine(open: OpenStack, app: App): Promise<void> {
  const state = openState(open.environment.project.stateDir);
  const { engine: recorded } = readStackState(state);
  const { kind } = open.info;
  const elsewhere = await runsElsewhere(open, app);
  if (elsewhere !== null) throw elsewhere;
  if (recorded !== null && recorded !== kind) {
    const text = `${open.stack.name} ran on ${names[recorded]} before; its data stays there (goat-dev up --engine ${recorded})`;
    app.emit({ type: "notice", level: "warning", text });
  }
  if (open.reason !== null) {
    const text = `${open.reason}: the services run as plain local processes`;
    app.emit({ type: "notice", level: "info", text });
  }
  const warning = await writeStackState(state, { engine: kind, demo: open.demo !== null });
  if (warning !== null) app.emit({ type: "notice", level: "warning", text: warning });
  await note(open, app);
}

/**
 * Registers the stack, so that `ls` finds it and other checkouts avoid its ports. Failing to, as in a CI job, is
 * ignored.
 */
async function note({ stack, info, environment: { project } }: OpenStack, app: App): Promise<void> {
  await noteStack(userStateFolder(app), {
    stack: stack.name,
    engine: info.kind,
    endpoint: info.endpoint,
    folder: project.root,
    stateDir: project.stateDir,
    ports: stack.services.flatMap(({ ports }) => ports.flatMap(({ host }) => host ?? [])),
    usedAt: app.clock.date().toISOString(),
  });
}

const names = { docker: "Docker", embedded: "plain local processes" } as const;

/** The error of a stack that runs on another engine than the one that was chosen; null where it does not. */
export async function runsElsewhere(open: OpenStack, app: App): Promise<GoatError | null> {
  const { engine: recorded } = readStackState(openState(open.environment.project.stateDir));
  if (recorded === null || recorded === open.info.kind) return null;
  const running = await runningOn(recorded, open, app);
  if (running === 0) return null;
  return new GoatError(
    "engine-changed",
    `${open.stack.name} runs on ${names[recorded]} now (${plural(running, "service")})`,
    {
      fixes: [
        { command: "goat-dev up", effect: `goes on with ${names[recorded]}` },
        {
          command: `goat-dev down --engine ${recorded} && goat-dev up --engine ${open.info.kind}`,
          effect: "moves the stack; its data does not come along",
        },
      ],
    },
  );
}

/** How many of the stack's services run on this engine; 0 where it does not answer. */
async function runningOn(kind: EngineKind, open: OpenStack, app: App): Promise<number> {
  try {
    const other = await app.openEngine({ ...engineRequest(open), wanted: kind });
    const { services } = await other.engine.observe({ stack: open.stack.name, images: [] }, app.signal);
    return services.filter(({ state }) => state === "running").length;
  } catch (error) {
    if (describe(error).code === "engine-unreachable") return 0;
    throw error;
  }
}
