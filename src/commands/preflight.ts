import { mountMistakes } from "../compose/mount-mistakes.ts";
import { type CheckResult, problem, skipped } from "../doctor/check.ts";
import { checkGatewayConfig } from "../doctor/checks/gateway-config.ts";
import { checkMounts } from "../doctor/checks/mounts.ts";
import { checkPasswords } from "../doctor/checks/passwords.ts";
import { checkBeside, checkPorts, type PortHost, type PortNeed } from "../doctor/checks/ports.ts";
import { checkProviderKeys } from "../doctor/checks/provider-keys.ts";
import type { Role, ServiceSpec, StackSpec } from "../model/stack.ts";
import { kindOf } from "../platform/files.ts";
import { portOwner } from "../platform/port-owner.ts";
import { answers, isFree } from "../platform/ports.ts";
import { run } from "../platform/process.ts";
import { readTextIfThere } from "../platform/text-file.ts";
import { readKeys } from "../project/keys.ts";
import { type Prepared, portsToOpen } from "../stack/bring-up.ts";
import { gatewayOf } from "../stack/endpoints.ts";
import type { World } from "../stack/world.ts";
import type { Context } from "./command.ts";
import { keyMistake } from "./gateway-key.ts";
import { type Session, shortPath } from "./session.ts";

/** What can be known before an engine is asked: keys first, passwords, files. Keys matter where the gateway is among the services. */
export const checkFiles = (
  { environment, stack, demo }: Session,
  services: readonly ServiceSpec[],
  context: Context,
): readonly CheckResult[] => {
  const keys = readKeys(environment.variables);
  const gateway = gatewayOf(stack);
  const config = gateway === null || !services.includes(gateway.service) ? null : gateway.config;
  const mistakes = mountMistakes(stack, kindOf).filter(({ service }) => services.some(({ name }) => name === service));
  // A config that is missing is told as a missing mount, once.
  const text = mistakes.length > 0 || config === null ? undefined : readTextIfThere(config.source);
  const key =
    gateway === null || !services.includes(gateway.service) ? null : keyMistake(gateway.key, environment, context);
  return [
    config === null || demo !== null
      ? skipped(demo === null ? "no provider key needed" : "demo: no provider key needed")
      : checkProviderKeys(keys, shortPath(context, environment.project.envFile)),
    ...(key === null ? [] : [problem(key)]),
    checkPasswords(environment.variables),
    checkMounts(mistakes.map((mistake) => ({ ...mistake, source: shortPath(context, mistake.source) }))),
    checkGatewayConfig(text, config?.path ?? null),
  ];
};

/** The ports that a plan is about to open. */
export const checkPlanPorts = (prepared: Prepared, world: World, context: Context): Promise<CheckResult> => {
  const needs: readonly PortNeed[] = portsToOpen(prepared).map((need) => ({
    ...need,
    variable: variableOf(prepared.stack, need.service),
  }));
  return checkPorts(needs, portHost(world, context));
};

/** Other programs where `localhost` may lead instead of to one of these services; warnings alone. */
export const checkStrangers = (
  services: readonly ServiceSpec[],
  world: World,
  context: Context,
): Promise<readonly CheckResult[]> => {
  const needs = services.flatMap(({ name, ports }) => ports.map((port) => ({ service: name, port, variable: null })));
  return checkBeside(needs, portHost(world, context));
};

const portHost = (world: World, context: Context): PortHost => {
  const { platform, signal } = context;
  return {
    isFree,
    answers,
    owner: (port, family) =>
      portOwner(port, { platform, signal, run: (command, args) => runQuietly(command, args, context) }, family),
    container: (port) => world.engine.portHolder(port, signal),
  };
};

/** The variables of the shipped Compose file. */
const portVariables: Readonly<Partial<Record<Role, string>>> = {
  database: "POSTGRES_PORT",
  tracing: "LANGFUSE_PORT",
  gateway: "LITELLM_PORT",
};

const variableOf = (stack: StackSpec, name: string): string | null => {
  const role = stack.services.find((service) => service.name === name)?.role ?? "other";
  return portVariables[role] ?? null;
};

const runQuietly = async (command: string, args: readonly string[], context: Context): Promise<string> =>
  (await run(command, args, { env: { PATH: context.env["PATH"] ?? "" }, signal: context.signal })).stdout;
