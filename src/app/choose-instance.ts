import { GoatError } from "../errors/goat-error.ts";
import { isFree } from "../platform/ports.ts";
import { list } from "../platform/text.ts";
import { stackOf, writeInstance } from "../project/instance.ts";
import { reservePorts } from "../project/registry.ts";
import { userStateFolder } from "../project/state.ts";
import type { App } from "./app.ts";
import { choiceFor, instanceOf } from "./instance.ts";
import { lockNamed } from "./lock-stack.ts";
import type { Environment } from "./read-environment.ts";

/**
 * Where an instance is wanted and none is saved yet, chooses one on free ports for this checkout, saves it and says so.
 * Returns true where it did. Throws port-taken, usage.
 */
export async function ensureInstance(environment: Environment, app: App): Promise<boolean> {
  const { wanted, kept } = instanceOf(environment, app);
  if (wanted === null || kept !== null) return false;
  const { stateDir, root } = environment.project;
  const userState = userStateFolder(app);
  // Two checkouts that are brought up at once must not choose the same ports.
  const place = { engine: "", timeoutMs: null, folders: [userState, stateDir] } as const;
  await using _lock = await lockNamed("instances", place, "up", app);
  const { name, blocks, written } = choiceFor(wanted, environment, app);
  const passed: string[] = [];
  for (const ports of blocks) {
    const taken = await firstTaken(Object.values(ports));
    if (taken !== null) {
      passed.push(String(taken));
      continue;
    }
    const warning = await writeInstance({ name, stateDir, ports, written });
    await reservePorts(userState, { stack: stackOf({ name }), folder: root, stateDir, ports: Object.values(ports) });
    const beside = passed.length === 0 ? "" : ` (${list(passed)} ${passed.length === 1 ? "is" : "are"} taken)`;
    const text = `${stackOf({ name })} is this folder's own stack, on ports ${list(Object.values(ports).map(String))}${beside}`;
    app.emit({ type: "notice", level: "info", text });
    if (warning !== null) app.emit({ type: "notice", level: "warning", text: warning });
    return true;
  }
  throw new GoatError("port-taken", `no block of ports is free for ${stackOf({ name })}`, {
    fixes: [{ command: "goat-dev ls", effect: "shows which stack has which ports" }],
  });
}

async function firstTaken(ports: readonly number[]): Promise<number | null> {
  const free = await Promise.all(ports.map((port) => isFree({ host: "127.0.0.1", port, protocol: "tcp" })));
  return ports.find((_, index) => free[index] === false) ?? null;
}
