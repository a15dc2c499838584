import { expect, test, vi } from "vitest";
import { formatPlan } from "../../../../src/model/plan.ts";
import { planDown, planStop } from "../../../../src/stack/plan/take-down.ts";
import { takeDown } from "../../../../src/stack/run/execute.ts";
import { dependsOn, observed, running, service, stackOf, volumeMount } from "../../../support/sample-stack.ts";
import { openTestWorld } from "../../../support/test-world.ts";

const postgres = service("postgres", { docker: { mounts: [volumeMount("data")] } });
const litellm = service("litellm", { dependsOn: [dependsOn("postgres")] });
const stack = stackOf(postgres, litellm);
const up = observed(stack, running(stack, postgres), running(stack, litellm));

test("dependents must stop before what they depend on, networks go last, volumes stay", () => {
  expect(formatPlan(planDown(stack, up, []))).toMatchInlineSnapshot(`
    "1 stop-container goat-litellm-1: down
    2 remove-container goat-litellm-1: down (after 1)
    3 stop-container goat-postgres-1: down (after 1)
    4 remove-container goat-postgres-1: down (after 3)
    5 remove-network goat_default: down (after 2, 4)"
  `);
});

test("volumes must go only where they are named, after every container", () => {
  const plan = planDown(stack, up, ["goat_data"]);
  const volume = plan.nodes.find(({ action }) => action.type === "remove-volume");
  const removals = plan.nodes.filter(({ action }) => action.type === "remove-container");
  expect(volume).toMatchObject({ action: { volume: "goat_data" }, after: removals.map(({ id }) => id) });
  expect(removals.map(({ action }) => action)).toMatchObject([{ anonymousVolumes: true }, { anonymousVolumes: true }]);
});

test("what does not run must be removed without a stop", () => {
  const found = observed(
    stack,
    running(stack, postgres, { state: "exited" }),
    running(stack, litellm, { state: "created" }),
  );
  expect(planDown(stack, found, []).nodes.map(({ action }) => action.type)).not.toContain("stop-container");
});

test("containers that the file no longer names must go too, those of `docker compose run` must not", () => {
  const gone = running(stack, service("gone"));
  const oneOff = running(stack, litellm, { oneOff: true, container: "goat-litellm-run-1" });
  const text = formatPlan(planDown(stack, observed(stack, gone, oneOff), []));
  expect(text).toContain("remove-container goat-gone-1");
  expect(text).not.toContain("goat-litellm-run-1");
});

test("what only stops must be told as stopped", async () => {
  const world = openTestWorld(stack);
  await world.up(stack);
  const seen = await world.engine.observe({ stack: stack.name, images: [] }, world.signal);
  await takeDown(stack, planStop(stack, seen, ["litellm"], "db restore"), world);
  expect(world.lines().at(-1)).toBe("ok litellm: stopped");
});

test("what others need must be stopped once they have ended, though the engine still clears them away", async () => {
  const world = openTestWorld(stack);
  await world.up(stack);
  let tell = (): void => undefined;
  const isAskedFor = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const apply = world.engine.apply.bind(world.engine);
  vi.spyOn(world.engine, "apply").mockImplementation(async (operation, io) => {
    await apply(operation, io);
    if (operation.type !== "stop-container") return;
    if (operation.container === "goat-postgres-1") tell();
    // The gateway's stop does not return before the database's was asked for.
    else await isAskedFor;
  });
  await takeDown(stack, planDown(stack, up, []), world);
  expect(world.lines().slice(-2)).toEqual(["ok postgres: removed", "ok litellm: removed"]);
});

test("carried out, nothing but the data must be left", async () => {
  const world = openTestWorld(stack);
  await world.up(stack);
  const request = { stack: "goat", images: [] };
  await takeDown(stack, planDown(stack, await world.engine.observe(request, world.signal), []), world);
  const left = await world.engine.observe(request, world.signal);
  expect(left).toMatchObject({ services: [], networks: [], volumes: [{ name: "goat_data" }] });
  expect(world.lines().slice(-2)).toEqual(["ok litellm: removed", "ok postgres: removed"]);
});
