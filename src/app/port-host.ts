import type { PortHost } from "../doctor/checks/ports.ts";
import { decoration } from "../platform/deadline.ts";
import { portOwner } from "../platform/port-owner.ts";
import { answers, isForbidden, isFree } from "../platform/ports.ts";
import { run } from "../platform/process.ts";
import { isLeftBehind } from "../platform/process-identity.ts";
import type { App } from "./app.ts";
import type { OpenStack } from "./project.ts";

const HOLDER_LIMIT_MS = 2_000;

/** Looks at this machine's ports: whether one is free, and which program or container has it. */
export function portHost({ engine }: OpenStack, app: App): PortHost {
  const { platform, signal } = app;
  return {
    isFree,
    // Docker opens ports as another user; only plain processes open them as this one.
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

/**
 * Port of a service that has ended -> its process group; null where the engine does not run it as processes of this
 * machine.
 */
export type LeftPorts = ReadonlyMap<number | null, number | null>;

/**
 * Like `portHost`, where the services of the ports in `left` have ended. Such a port counts as free while only leftover
 * processes of the old service hold it, since the next start ends them. A container releases its port a moment after
 * its end: with `waits`, as for `up`, that is waited for.
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
