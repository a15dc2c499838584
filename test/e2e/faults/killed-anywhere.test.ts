import fc from "fast-check";
import { expect, test } from "vitest";
import { docker } from "../../support/docker.ts";
import type { Scenario } from "../../support/scenario.ts";
import { describeOnEngine } from "../../support/scenario-hooks.ts";
import { startProxy } from "./engine-proxy.ts";
import { expectWell, idle, openStack, writeStack } from "./small-stack.ts";

/** By hand, more of them and others: GOAT_DEV_KILLS=100 GOAT_DEV_SEED=7. */
const count = Number(process.env["GOAT_DEV_KILLS"] ?? 5);
const seed = Number(process.env["GOAT_DEV_SEED"] ?? 160_616);

interface Kill {
  readonly command: "up" | "restart" | "down";
  /** A change of the file before it, so that `up` has something to replace. */
  readonly changes: boolean;
  /** After this many requests to the engine, and this long. */
  readonly requests: number;
  readonly afterMs: number;
}

const kill = fc.record<Kill>({
  command: fc.constantFrom("up", "restart", "down"),
  changes: fc.boolean(),
  requests: fc.integer({ min: 1, max: 40 }),
  afterMs: fc.integer({ min: 0, max: 60 }),
});

const volumes = { volumes: { data: {} } };

const services = (value: number) => ({
  db: { ...idle, volumes: ["data:/data"], environment: { VALUE: String(value) } },
  web: { ...idle, depends_on: ["db"], environment: { VALUE: String(value) } },
});

const inDatabase = async (stack: Scenario, script: string): Promise<string> =>
  docker("exec", (await stack.container("db")).id, "sh", "-c", script);

/** Ends the command with SIGKILL in the middle; one that is faster than that ends by itself. */
const strike = async (stack: Scenario, { command, requests, afterMs }: Kill, index: number): Promise<void> => {
  const proxy = await startProxy(stack.path("..", `engine-${index}.sock`));
  const running = stack.start([command], { env: proxy.env });
  let asked = 0;
  proxy.onRequest(() => {
    asked += 1;
    if (asked === requests) setTimeout(() => running.kill("SIGKILL"), afterMs);
  });
  await running.done;
};

const expectMended = async (stack: Scenario, value: number): Promise<void> => {
  await expectWell(stack);
  const found = (await stack.containers()).map(({ name, status, environment }) => ({
    name,
    status,
    value: environment.find((entry) => entry.startsWith("VALUE=")),
  }));
  const one = { status: "running", value: `VALUE=${value}` };
  expect(found).toEqual(["db", "web"].map((service) => ({ ...one, name: `${stack.name}-${service}-1` })));
};

describeOnEngine("a goat-dev that is killed at any moment", () => {
  test(`must be mended by the next up, with no byte lost: ${count} times (seed ${seed})`, {
    timeout: 20_000 * count,
  }, async () => {
    const stack = await openStack(services(0), volumes);
    await expectWell(stack);
    const notes: string[] = [];
    let value = 0;
    for (const [index, one] of fc.sample(kill, { numRuns: count, seed }).entries()) {
      notes.push(`note ${index}`);
      await inDatabase(stack, `echo 'note ${index}' >>/data/notes`);
      if (one.changes) value += 1;
      writeStack(stack, services(value), volumes);
      const [envFile, file] = [".env", "dev/docker-compose.yml"].map(stack.read);
      await strike(stack, one, index);
      await expectMended(stack, value);
      expect([
        await inDatabase(stack, "cat /data/notes"),
        ...[".env", "dev/docker-compose.yml"].map(stack.read),
      ]).toEqual([notes.join("\n"), envFile, file]);
    }
  });
});
