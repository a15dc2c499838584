import { describe } from "../errors/describe.ts";
import { GoatError } from "../errors/goat-error.ts";
import { plural } from "../platform/text.ts";
import { readStackState, writeStackState } from "../project/stack-state.ts";
import { openState } from "../project/state.ts";
import type { Context } from "./command.ts";
import { engineRequest, type OpenWorld, type Session } from "./session.ts";

/**
 * Keeps what the stack is brought up on, so that the next command finds it there; says so where nobody chose.
 * Throws engine-changed while the stack runs on another engine.
 */
export const settleEngine = async (session: Session, world: OpenWorld, context: Context): Promise<void> => {
  const state = openState(session.environment.project.stateDir);
  const { engine: recorded } = readStackState(state);
  const kind = world.info.kind === "memory" ? recorded : world.info.kind;
  if (recorded !== null && recorded !== kind) await refuseTwo(recorded, session, world, context);
  if (world.reason !== null) {
    const text = `${world.reason}: the services run as plain local processes`;
    world.emit({ type: "notice", level: "info", text });
  }
  const warning = await writeStackState(state, { engine: kind, demo: session.demo !== null });
  if (warning !== null) world.emit({ type: "notice", level: "warning", text: warning });
};

const names = { docker: "Docker", embedded: "plain local processes" } as const;

const refuseTwo = async (
  recorded: "docker" | "embedded",
  session: Session,
  world: OpenWorld,
  context: Context,
): Promise<void> => {
  const running = await runningOn(recorded, session, world, context);
  const { name } = session.stack;
  if (running === 0) {
    const text = `${name} ran on ${names[recorded]} before; its data stays there (goat-dev up --engine ${recorded})`;
    world.emit({ type: "notice", level: "warning", text });
    return;
  }
  const to = world.info.kind;
  throw new GoatError("engine-changed", `${name} runs on ${names[recorded]} now (${plural(running, "service")})`, {
    fixes: [
      { command: "goat-dev up", effect: `goes on with ${names[recorded]}` },
      {
        command: `goat-dev down --engine ${recorded} && goat-dev up --engine ${to}`,
        effect: "moves the stack; its data does not come along",
      },
    ],
  });
};

/** An engine that does not answer runs nothing that could be in the way. */
const runningOn = async (
  kind: "docker" | "embedded",
  session: Session,
  world: OpenWorld,
  context: Context,
): Promise<number> => {
  try {
    const other = await context.engine({ ...engineRequest(session), wanted: kind });
    const { services } = await other.engine.observe({ stack: session.stack.name, images: [] }, world.signal);
    return services.filter(({ state }) => state === "running").length;
  } catch (error) {
    if (describe(error).code === "engine-unreachable") return 0;
    throw error;
  }
};
