import { type Fix, GoatError } from "../../errors/goat-error.ts";
import { besideLoopback, hostAndPort, isEveryAddress, reachedAt } from "../../model/address.ts";
import type { PortSpec, ServiceSpec } from "../../model/stack.ts";
import type { PortOwner } from "../../platform/port-owner.ts";
import { list } from "../../platform/text.ts";
import { type CheckResult, ok, problem, skipped, warning } from "../check.ts";
import { listensElsewhere } from "../failures/service.ts";

export interface PortNeed {
  readonly service: string;
  readonly port: PortSpec;
  /** The variable that sets the port; null where the Compose file holds a plain number. */
  readonly variable: string | null;
}

type Taken = PortNeed & { readonly number: number };

interface Question {
  readonly host: string;
  readonly port: number;
  readonly protocol: "tcp" | "udp";
}

export interface PortHost {
  isFree(question: Question): Promise<boolean>;
  /** True where the process that would open the port lacks the permission. */
  isForbidden(question: Question): Promise<boolean>;
  /** True where something accepts a connection. */
  answers(host: string, port: number): Promise<boolean>;
  owner(port: number, family?: 4 | 6): Promise<PortOwner | null>;
  /** The container that publishes it, in words; null where none does. */
  container(port: number): Promise<string | null>;
}

/** The ports that are to be opened are free; every taken one is named, with who has it. */
export async function checkPorts(needs: readonly PortNeed[], host: PortHost): Promise<CheckResult> {
  const known = needs.flatMap((need) => (need.port.host === null ? [] : [{ ...need, number: need.port.host }]));
  if (known.length === 0) return skipped("no port to open");
  const forbidden = await where(known, (question) => host.isForbidden(question));
  if (forbidden.length > 0) return mayNotOpen(forbidden, known, host);
  const taken = await where(known, async (question) => !(await host.isFree(question)));
  const [first] = taken;
  if (first === undefined)
    return ok(`port${known.length === 1 ? "" : "s"} ${known.map(({ number }) => number).join(" ")} free`);
  const owners = await Promise.all(taken.map(async ({ number }) => describeOwner(number, host)));
  const lines = taken.map(({ number }, index) => `port ${number} is taken by ${owners[index]}`);
  const fixes = await fixesFor(taken, known, host, `stop ${taken.length === 1 ? "it" : "them"}, or `);
  return problem(
    new GoatError("port-taken", lines.join("; "), { service: first.service, evidence: lines.slice(1), fixes }),
  );
}

async function where(known: readonly Taken[], is: (question: Question) => Promise<boolean>): Promise<Taken[]> {
  const answers = await Promise.all(known.map((need) => is(questionOf(need))));
  return known.filter((_, index) => answers[index] === true);
}

function questionOf({ port, number }: Taken): Question {
  return { host: port.hostIp, port: number, protocol: port.protocol };
}

async function mayNotOpen(forbidden: readonly Taken[], all: readonly Taken[], host: PortHost): Promise<CheckResult> {
  const lines = forbidden.map(
    ({ service, number }) =>
      `port ${number} of ${service} may not be opened by this user: it is below 1024, or reserved`,
  );
  const [first] = forbidden;
  const details = first === undefined ? {} : { service: first.service };
  const fixes = await fixesFor(forbidden, all, host, "");
  return problem(new GoatError("port-forbidden", lines[0] ?? "", { ...details, evidence: lines.slice(1), fixes }));
}

/** Checks that the port in LiteLLM's command is the container port that the Compose file publishes. */
export function checkListening(gateway: ServiceSpec): readonly CheckResult[] {
  const command = gateway.run.docker?.command ?? [];
  const said = command.map((word, index) => (word === "--port" ? command[index + 1] : /^--port=(.*)/.exec(word)?.[1]));
  const listens = Number(said.find((port) => port !== undefined));
  const isAgreed = Number.isNaN(listens) || gateway.ports.some(({ container }) => container === listens);
  return isAgreed || gateway.ports.length === 0 ? [] : [problem(listensElsewhere(gateway, listens, []))];
}

/** Finds two services of the Compose file that want the same port, whether or not it is free now. */
export function checkTwice(needs: readonly Pick<PortNeed, "service" | "port">[]): readonly CheckResult[] {
  const known = needs.flatMap((need) => (need.port.host === null ? [] : [{ ...need, number: need.port.host }]));
  for (const [index, one] of known.entries()) {
    const other = known.slice(index + 1).find(({ number, port }) => number === one.number && overlap(port, one.port));
    if (other === undefined) continue;
    const fixes = [{ command: "goat-dev config", effect: "shows the ports as they are understood" }];
    const message = `${one.service} and ${other.service} both want port ${one.number}`;
    return [problem(new GoatError("port-taken", message, { service: other.service, fixes }))];
  }
  return [];
}

/** Two addresses clash where they are the same, or one of them is every address. */
function overlap(one: PortSpec, other: PortSpec): boolean {
  const meet = one.hostIp === other.hostIp || isEveryAddress(one.hostIp) || isEveryAddress(other.hostIp);
  return meet && one.protocol === other.protocol;
}

async function describeOwner(port: number, host: PortHost): Promise<string> {
  const container = await host.container(port);
  if (container !== null) return container;
  return ownerText(await host.owner(port));
}

function ownerText(owner: PortOwner | null): string {
  return owner === null
    ? "another program (this user may not see which)"
    : `${owner.name} (pid ${owner.pid}: ${owner.command})`;
}

/** One command moves every service that can be moved; the others are edited by hand. */
async function fixesFor(
  taken: readonly Taken[],
  all: readonly Taken[],
  host: PortHost,
  or: string,
): Promise<readonly Fix[]> {
  const used = new Set(all.map(({ number }) => number));
  const [sets, effects, fixes]: [string[], string[], Fix[]] = [[], [], []];
  for (const need of taken) {
    const candidate = await freePort(need, used, host);
    used.add(candidate);
    const move = `move ${need.service} to ${candidate}`;
    if (need.variable === null) {
      const command = `edit the port of ${need.service} in the Compose file`;
      fixes.push({ command, effect: `${or}${move}` });
      continue;
    }
    sets.push(`--set ${need.variable}=${candidate}`);
    effects.push(move);
  }
  if (sets.length === 0) return fixes;
  const effect = `${or}${list(effects)}: writes it into .env`;
  return [{ command: `goat-dev up ${sets.join(" ")}`, effect }, ...fixes];
}

/** Another port that is really free. */
async function freePort({ number, port }: Taken, used: ReadonlySet<number>, host: PortHost): Promise<number> {
  const { hostIp, protocol } = port;
  const isGood = async (candidate: number): Promise<boolean> => {
    const question = { host: hostIp, port: candidate, protocol };
    return !(used.has(candidate) || (await host.isForbidden(question))) && host.isFree(question);
  };
  let candidate = number + 1;
  while (candidate < 65_535 && !(await isGood(candidate))) candidate += 1;
  return candidate;
}

/**
 * Finds programs on a service's port at the other loopback address (127.0.0.1 or ::1): a client of `localhost` may
 * reach them instead, and send them the service's key.
 */
export async function checkBeside(needs: readonly PortNeed[], host: PortHost): Promise<readonly CheckResult[]> {
  const found = await Promise.all(needs.map((need) => strangerBeside(need, needs, host)));
  return found.filter((text) => text !== null).map(warning);
}

async function strangerBeside(
  { service, port }: PortNeed,
  needs: readonly PortNeed[],
  host: PortHost,
): Promise<string | null> {
  const [number, beside] = [port.host, besideLoopback(port.hostIp)];
  if (number === null || beside === null || port.protocol !== "tcp") return null;
  const isOurs = needs.some(
    (need) => need.port.host === number && (need.port.hostIp === beside || reachedAt(need.port.hostIp) === beside),
  );
  if (isOurs || !(await host.answers(beside, number))) return null;
  const owner = ownerText(await host.owner(number, beside === "::1" ? 6 : 4));
  const [there, here] = [beside, reachedAt(port.hostIp)].map((address) => hostAndPort({ host: address, port: number }));
  return `${owner} listens on ${there}, where localhost may lead instead of to ${service}: programs should ask ${here}`;
}
