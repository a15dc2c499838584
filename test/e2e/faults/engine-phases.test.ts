import { expect, test } from "vitest";
import { docker } from "../../support/docker.ts";
import type { Scenario } from "../../support/scenario.ts";
import { describeOnEngine } from "../../support/scenario-hooks.ts";
import { type Fault, startProxy } from "./engine-proxy.ts";
import { expectWell, idle, openStack, writeStack } from "./small-stack.ts";

interface Phase {
  readonly command: "up" | "down";
  /** What there is before: nothing, the stack with data, or the stack as an earlier file had it. */
  readonly before: "nothing" | "stack" | "changed";
  /** What goat-dev asks of the engine when the fault strikes. */
  readonly request: RegExp;
}

const phases = {
  "up looks": { command: "up", before: "nothing", request: /^GET \/containers\/json/ },
  "up makes a network": { command: "up", before: "nothing", request: /^POST \/networks\/create/ },
  "up makes a volume": { command: "up", before: "nothing", request: /^POST \/volumes\/create/ },
  "up makes a container": { command: "up", before: "nothing", request: /^POST \/containers\/create/ },
  "up starts a container": { command: "up", before: "nothing", request: /^POST \/containers\/\S+\/start/ },
  "up asks whether it is ready": { command: "up", before: "nothing", request: /^POST \/containers\/\S+\/exec/ },
  "up stops what it replaces": { command: "up", before: "changed", request: /^POST \/containers\/\S+\/stop/ },
  "up removes what it replaced": { command: "up", before: "changed", request: /^DELETE \/containers/ },
  "up renames what it made": { command: "up", before: "changed", request: /^POST \/containers\/\S+\/rename/ },
  "down stops a container": { command: "down", before: "stack", request: /^POST \/containers\/\S+\/stop/ },
  "down removes a container": { command: "down", before: "stack", request: /^DELETE \/containers/ },
  "down removes a network": { command: "down", before: "stack", request: /^DELETE \/networks/ },
} as const satisfies Readonly<Record<string, Phase>>;

type Name = keyof typeof phases;

const all = Object.keys(phases) as readonly Name[];

/** An engine that hangs is waited for: by hand, GOAT_DEV_PHASES=all, in every phase. */
const some: readonly Name[] = [
  "up looks",
  "up makes a container",
  "up asks whether it is ready",
  "up renames what it made",
  "down stops a container",
];

const faults: readonly (readonly [Fault, readonly Name[]])[] = [
  ["dies", all],
  ["restarts", ["up makes a container", "up asks whether it is ready", "down stops a container"]],
  ["hangs", process.env["GOAT_DEV_PHASES"] === "all" ? all : some],
];

const volumes = { volumes: { data: {} } };

const services = (value: string) => ({
  db: {
    ...idle,
    volumes: ["data:/data"],
    environment: { VALUE: value },
    "x-goat": { ready: { exec: ["test", "-d", "/data"] } },
  },
  web: { ...idle, depends_on: ["db"] },
});

const inDatabase = async (stack: Scenario, script: string): Promise<string> =>
  docker("exec", (await stack.container("db")).id, "sh", "-c", script);

/** What a person sees of the fault; then, once the engine is well, `up` alone has to do for everything. */
const strike = async ({ command, before, request }: Phase, fault: Fault): Promise<string> => {
  const stack = await openStack(services("old"), volumes);
  if (before !== "nothing") {
    await expectWell(stack);
    await inDatabase(stack, "echo precious >/data/note");
  }
  const value = before === "changed" ? "new" : "old";
  if (before === "changed") writeStack(stack, services(value), volumes);
  const proxy = await startProxy(stack.path("..", "engine.sock"));
  proxy.sufferAt(request, fault);
  const run = await stack.run([command, "--json"], { env: proxy.env });
  expect(proxy.hasStruck(), run.output).toBe(true);
  await expectWell(stack);
  const names = (await stack.containers()).map(({ name, status }) => `${name} ${status}`);
  expect(names).toEqual([`${stack.name}-db-1 running`, `${stack.name}-web-1 running`]);
  expect(await inDatabase(stack, "echo $VALUE")).toBe(value);
  if (before !== "nothing") expect(await inDatabase(stack, "cat /data/note")).toBe("precious");
  return `${run.exitCode} ${run.json.error?.code}`;
};

describeOnEngine("an engine that is lost in the middle of something", () => {
  test.for(faults)(
    "that %s must be told whatever is under way, and the next up must mend it and lose no data",
    async ([fault, names]) => {
      // Side by side, since most of the time is spent in waiting.
      const outcomes = await Promise.all(
        names.map(async (name) => `${name}: ${await strike(phases[name], fault).catch(String)}`),
      );
      expect(outcomes).toEqual(names.map((name) => `${name}: 3 engine-unreachable`));
    },
  );
});
