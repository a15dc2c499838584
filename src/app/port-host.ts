import type { PortHost } from "../doctor/checks/ports.ts";
import { decoration } from "../platform/deadline.ts";
import { portOwner } from "../platform/port-owner.ts";
import { answers, isForbidden, isFree } from "../platform/ports.ts";
import { run } from "../platform/process.ts";
import { isLeftBehind } from "../platform/process-identity.ts";
import type { App } from "./app.ts";
import type { OpenStack } from "./project.ts";

const HOLDER_LIMIT_MS = 2_000;

/** This machine's ports, and who has them. */
export function portHost({ engine }: OpenStack, app: App): PortHost {
  const { platform, signal } = app;
  return {
    isFree,
    // An engine opens ports as another user; plain processes are this user's.
    isForbidden: async (question) => engine.kind === "embedded" && isForbidden(question),
    answers,
    owner: (port, family) =>
      portOwner(port, { platform, signal, run: (command, args) => runQuietly(command, args, app) }, family),
    container: (port) => decoration(signal, HOLDER_LIMIT_MS, (limited) => engine.portHolder(port, limited)),
  };
}

async function runQuietly(command: string, args: readonly string[], { env, signal }: App): Promise<string> {
  return (await run(command, args, { env: { PATH: env["PATH"] ?? "" }, signal })).stdout;
}

type Question = Parameters<PortHost["isFree"]>[0];

const LEAVE_LIMIT_MS = 2_000;
const LEAVE_LOOK_MS = 50;

/** A service's port -> the group of processes that it was; null where the engine runs none of this machine. */
export type LeftPorts = ReadonlyMap<number | null, number | null>;

/**
 * The same, where these ports were those of services that have ended. What a killed process has left behind is ended by the next
 * start, so it takes no port; a container lets go of its port a moment later, for which only `up` waits.
 */
export function leavingHost(left: LeftPorts, waits: boolean, open: OpenStack, app: App): PortHost {
  const host = portHost(open, app);
  const isLeaving = async ({ port }: Question): Promise<boolean> => {
    const [group, owner] = [left.get(port) ?? null, await host.owner(port)];
    return owner !== null && group !== null && isLeftBehind(owner.pid, group);
  };
  const isFreeSoon = async (question: Question): Promise<boolean> => {
    const end = app.clock.now() + (waits ? LEAVE_LIMIT_MS : 0);
    while (!((await host.isFree(question)) || (await isLeaving(question)))) {
      if (app.clock.now() >= end) return false;
      await app.clock.sleep(LEAVE_LOOK_MS, app.signal);
    }
    return true;
  };
  return { ...host, isFree: (question) => (left.has(question.port) ? isFreeSoon(question) : host.isFree(question)) };
}
