import { expect, inject } from "vitest";
import { stringify } from "yaml";
import type { CliResult } from "../../support/cli.ts";
import { docker } from "../../support/docker.ts";
import type { Scenario } from "../../support/scenario.ts";
import { openScenario } from "../../support/scenario-hooks.ts";

type Service = Readonly<Record<string, unknown>>;
type Services = Readonly<Record<string, Service>>;

export const sh = (script: string): Service => ({ command: ["sh", "-c", script] });

/** Runs until it is stopped, and counts as ready at once. */
export const idle: Service = { ...sh("exec sleep infinity"), "x-goat": { ready: { running: "50ms" } } };

/** Runs, and is not ready before a file says so: see `release`. */
export const held: Service = {
  ...sh("echo waiting for /go; exec sleep infinity"),
  "x-goat": { ready: { exec: ["test", "-e", "/go"] } },
};

/** Runs, and does not end before a file says so, so that there is a middle of its stop: see `untilStopping`. */
export const slowToStop: Service = {
  ...sh("trap 'echo stopping; until [ -e /go ]; do sleep 0.1; done; exit 0' TERM; while :; do sleep 0.1; done"),
  init: false,
  stop_grace_period: "120s",
  "x-goat": { ready: { running: "50ms" } },
};

/** Resolves in the middle of its stop; what is given lets it end. */
export const untilStopping = async (container: string): Promise<() => Promise<unknown>> => {
  await expect.poll(() => docker("logs", container), { timeout: 30_000 }).toContain("stopping");
  return () => docker("exec", container, "touch", "/go");
};

export const release = async (scenario: Scenario, service: string): Promise<void> => {
  await docker("exec", (await scenario.container(service)).id, "touch", "/go");
};

/** Resolves when the service's container runs. */
export const untilRunning = (scenario: Scenario, service: string): Promise<void> =>
  expect
    .poll(async () => (await scenario.containers()).find((one) => one.service === service)?.status, { timeout: 30_000 })
    .toBe("running");

/** Puts a Compose file of these services in the place of the shipped one. */
export const writeStack = (scenario: Scenario, services: Services, more: Service = {}): void => {
  const { base: image } = inject("e2e");
  const complete = Object.entries(services).map(([name, service]) => [name, { image, init: true, ...service }]);
  const file = { name: scenario.name, services: Object.fromEntries(complete), ...more };
  scenario.write("dev/docker-compose.yml", stringify(file));
};

/** A scenario of one test, with a small stack of its own. */
export const openStack = async (services: Services, more?: Service): Promise<Scenario> => {
  const scenario = await openScenario();
  writeStack(scenario, services, more);
  return scenario;
};

/** Holds a failure to its exit status and its code, and gives what a program reads of it. */
export const failureOf = (result: CliResult, exitCode: number, code: string) => {
  const { error } = result.json;
  expect({ exitCode: result.exitCode, code: error?.code }, result.output).toEqual({ exitCode, code });
  if (error === undefined) throw new Error("a failure without an error");
  return { ...error, text: [error.message, ...error.evidence].join("\n") };
};

/** Types what a fix says: goat-dev or docker, with variables before it. */
export const type = async (scenario: Scenario, command: string): Promise<CliResult | string> => {
  const words = command.split(" ");
  const from = words.findIndex((word) => !/^\w+=/.test(word));
  const env = Object.fromEntries(words.slice(0, from).map((word) => word.split("=", 2)));
  const [program, ...args] = words.slice(from);
  if (program === "goat-dev") return scenario.run(args, { env });
  if (program === "docker") return docker(...args);
  throw new Error(`nothing to type: ${command}`);
};

/** Nothing of the stack is on the engine. */
export const expectNothingMade = async (scenario: Scenario): Promise<void> => {
  const [containers, networks, volumes] = await Promise.all([
    scenario.containers(),
    scenario.networks(),
    scenario.volumes(),
  ]);
  expect({ containers, networks, volumes }).toEqual({ containers: [], networks: [], volumes: [] });
};

/** `up` succeeds, and every service is ready. */
export const expectWell = async (scenario: Scenario, args: readonly string[] = []): Promise<CliResult> => {
  const up = await scenario.run(["up", "--json", ...args]);
  expect(up.exitCode, up.output).toBe(0);
  for (const { name, state } of up.json.services ?? []) expect(`${name} ${state}`, up.output).toBe(`${name} ready`);
  return up;
};
