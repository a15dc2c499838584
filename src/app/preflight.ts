import { type CheckResult, problem, skipped } from "../doctor/check.ts";
import { checkPasswords, checkProviderKeys } from "../doctor/checks/env-file.ts";
import { checkImagePairs } from "../doctor/checks/image-pairs.ts";
import { checkGatewayConfig, checkMounts, mountMistakes } from "../doctor/checks/mounted-files.ts";
import { checkBeside, checkListening, checkPorts, checkTwice, type PortNeed } from "../doctor/checks/ports.ts";
import type { EngineInfo } from "../engine/engine.ts";
import { pickChatModel } from "../gateway/routes.ts";
import type { Role, ServiceSpec, StackSpec } from "../model/stack.ts";
import { kindOf } from "../platform/files.ts";
import { shortPath } from "../platform/format.ts";
import { list } from "../platform/text.ts";
import { readTextIfThere } from "../platform/text-file.ts";
import { readKeys } from "../project/keys.ts";
import type { ExampleMode } from "../project/settings.ts";
import { gatewayOf } from "../stack/plan/endpoints.ts";
import { selectServices } from "../stack/plan/graph.ts";
import { changedNetworks, changedVolumes } from "../stack/plan/networks.ts";
import { isNothingToDo, type Prepared, type PrepareOptions, portsToOpen, prepare } from "../stack/run/prepare.ts";
import type { App } from "./app.ts";
import { keyFormMistake, keyMistake } from "./gateway-key.ts";
import { keyContext } from "./key-context.ts";
import { needOwnStack, type OwnRequest } from "./own-stack.ts";
import { leavingHost, portHost } from "./port-host.ts";
import type { OpenStack, ProjectSession } from "./project.ts";
import { readRoutes } from "./routes.ts";

interface CheckedBringUp extends OwnRequest, PrepareOptions {
  readonly example: ExampleMode;
}

/** Runs the checks and makes the plan. Throws the error of the first problem, before anything is created. */
export async function checkBringUp(open: OpenStack, options: CheckedBringUp, app: App): Promise<Prepared> {
  const begin = app.clock.now();
  const finish = (outcome: "ok" | "failed", text: string): void =>
    app.emit({ type: "step-finished", step: "checks", outcome, text, durationMs: app.clock.now() - begin });
  const services = selectServices(open.stack, options.names);
  const files = checkFiles(open, services, app);
  refuse(tellUnused(files, app), finish);
  if (open.info.kind === "docker") {
    const pairs = checkImagePairs({ ...open.stack, services });
    for (const { verdict, text } of pairs)
      if (verdict === "warning") app.emit({ type: "notice", level: "warning", text });
    refuse(pairs, finish);
  }
  if (options.example !== "never") checkWanted(open);
  const prepared = await prepare(open.stack, options, open);
  await needOwnStack(open, prepared.observed, options, app);
  tellOrphans(prepared, app);
  tellResources(prepared, app);
  for (const { text } of await checkStrangers(prepared.services, open, app)) {
    app.emit({ type: "notice", level: "warning", text });
  }
  if (isNothingToDo(prepared.plan)) return prepared;
  const ports = await checkPlanPorts(prepared, open, app, { waits: true });
  refuse([ports], finish);
  const parts = [...files.slice(0, 1), ports].filter(({ verdict }) => verdict === "ok").map(({ text }) => text);
  finish("ok", [...parts, engineText(open.info)].join(" · "));
  return prepared;
}

/**
 * Where one provider has a usable key, another's malformed key is only a warning. Returns the results that are left.
 */
function tellUnused(files: readonly CheckResult[], { emit }: App): readonly CheckResult[] {
  const [keys, ...others] = files;
  if (keys?.verdict !== "ok") return files;
  const isOfKey = (result: CheckResult): boolean =>
    result.verdict === "problem" && ["provider-key-invalid", "azure-base-invalid"].includes(result.error.code);
  for (const { text } of others.filter(isOfKey)) emit({ type: "notice", level: "warning", text });
  return [keys, ...others.filter((result) => !isOfKey(result))];
}

function refuse(results: readonly CheckResult[], finish: (outcome: "failed", text: string) => void): void {
  for (const result of results) {
    if (result.verdict !== "problem") continue;
    finish("failed", result.text);
    throw result.error;
  }
}

/**
 * Refuses an EVAL_MODEL that is no chat model of the config or lacks its key, before anything is created. Throws usage,
 * no-provider-key.
 */
function checkWanted({ stack, environment }: ProjectSession): void {
  const gateway = gatewayOf(stack);
  if (gateway === null) return;
  pickChatModel(readRoutes(stack), gateway.service.environment, environment.variables["EVAL_MODEL"]);
}

function tellOrphans({ plan, stack }: Prepared, { emit }: App): void {
  if (plan.orphans.length === 0) return;
  const [verb, them] = plan.orphans.length === 1 ? ["is", "it"] : ["are", "them"];
  const what = `${list(plan.orphans)} of ${stack.name} ${verb} not in the Compose file any more`;
  emit({ type: "notice", level: "warning", text: `${what}: goat-dev down removes ${them}` });
}

/**
 * Warns of networks and volumes that no longer match the Compose file but stay: networks in use by others, and all
 * volumes, for their data.
 */
export function tellResources({ observed, stack, services }: Prepared, { emit }: App): void {
  const tell = (what: string, why: string): void =>
    emit({ type: "notice", level: "warning", text: `${what} is not as the Compose file has it any more${why}` });
  for (const { network, heldBy } of changedNetworks(stack, observed, services)) {
    if (heldBy.length === 0) continue;
    const verb = heldBy.length === 1 ? "uses" : "use";
    tell(`network ${network.name}`, ` and stays, since ${list(heldBy)} ${verb} it: goat-dev down, then goat-dev up`);
  }
  for (const { name } of changedVolumes(stack, observed)) {
    tell(`volume ${name}`, " and keeps its data as it is: goat-dev down --volumes deletes it, and up makes it anew");
  }
}

/**
 * The checks that need no engine: keys first, then passwords and files. Keys count only where the gateway is among the
 * services.
 */
export function checkFiles(
  { environment, stack, demo }: ProjectSession,
  services: readonly ServiceSpec[],
  app: App,
): readonly CheckResult[] {
  const keys = readKeys(environment.variables);
  const gateway = gatewayOf(stack);
  const config = gateway === null || !services.includes(gateway.service) ? null : gateway.config;
  const mistakes = mountMistakes(stack, kindOf).filter(({ service }) => services.some(({ name }) => name === service));
  // A missing config is reported once, as a missing mount.
  const text = mistakes.length > 0 || config === null ? undefined : readTextIfThere(config.source);
  const key =
    gateway === null || !services.includes(gateway.service)
      ? null
      : (keyMistake(gateway.key, environment, app) ?? keyFormMistake(gateway.key, environment, app));
  return [
    ...(config === null || demo !== null
      ? [skipped(demo === null ? "no provider key needed" : "demo: no provider key needed")]
      : checkProviderKeys(keys, keyContext(environment, app))),
    ...(key === null ? [] : [problem(key)]),
    checkPasswords(environment.variables),
    checkMounts(mistakes.map((mistake) => ({ ...mistake, source: shortPath(app, mistake.source) }))),
    checkGatewayConfig(text, config),
    ...(gateway === null || !services.includes(gateway.service) ? [] : checkListening(gateway.service)),
  ];
}

/**
 * Checks that the ports which the plan opens are free. `waits`: gives a container that has ended a moment to release
 * its port.
 */
export function checkPlanPorts(
  prepared: Prepared,
  open: OpenStack,
  app: App,
  { waits }: { readonly waits: boolean },
): Promise<CheckResult> {
  const needs: readonly PortNeed[] = portsToOpen(prepared).map((need) => ({
    ...need,
    variable: variableOf(prepared.stack, need.service),
  }));
  const wanted = prepared.services.flatMap(({ name, ports }) => ports.map((port) => ({ service: name, port })));
  const [twice] = checkTwice(wanted);
  if (twice !== undefined) return Promise.resolve(twice);
  const { services } = prepared.observed;
  const ended = new Map(services.flatMap(({ state, name, group }) => (state === "exited" ? [[name, group]] : [])));
  const left = needs.filter(({ service }) => ended.has(service));
  const groups = new Map(left.map(({ service, port }) => [port.host, ended.get(service) ?? null]));
  return checkPorts(needs, leavingHost(groups, waits, open, app));
}

/** Which variable of the shipped Compose file sets a role's port. */
const portVariables: Readonly<Partial<Record<Role, string>>> = {
  database: "POSTGRES_PORT",
  tracing: "LANGFUSE_PORT",
  gateway: "LITELLM_PORT",
};

function variableOf(stack: StackSpec, name: string): string | null {
  const role = stack.services.find((service) => service.name === name)?.role ?? "other";
  return portVariables[role] ?? null;
}

/** Warns of other programs that `localhost` may lead to instead of to one of these services. */
export function checkStrangers(
  services: readonly ServiceSpec[],
  open: OpenStack,
  app: App,
): Promise<readonly CheckResult[]> {
  const needs = services.flatMap(({ name, ports }) => ports.map((port) => ({ service: name, port, variable: null })));
  return checkBeside(needs, portHost(open, app));
}

/** "Docker 28.2.2 (context default)", "Podman 5.2.1 (DOCKER_HOST)"; for plain processes a text without a version. */
export function engineText({ kind, product, version, source }: EngineInfo): string {
  return kind === "embedded"
    ? "plain local processes, without Docker"
    : `${product ?? `${kind.charAt(0).toUpperCase()}${kind.slice(1)}`} ${version} (${source})`;
}
