import { expect, test } from "vitest";
import type { ObservedService } from "../../../../src/model/observed.ts";
import type { ServiceSpec } from "../../../../src/model/stack.ts";
import { fingerprintOf } from "../../../../src/stack/plan/drift.ts";
import { isNothingToDo } from "../../../../src/stack/run/prepare.ts";
import { planFor, planText } from "../../../support/plan-for.ts";
import { observed, running, service, stackOf } from "../../../support/sample-stack.ts";

const config = "dev/litellm-config.yaml";

const litellm: ServiceSpec = {
  ...service("litellm", {
    environment: { GROQ_API_KEY: "gsk-first", MODE: "x" },
    files: [
      { path: config, source: `/p/${config}`, target: "/app/dev/litellm-config.yaml", hash: "now" },
      { path: "dev/launcher", source: "/p/dev/launcher", target: "/opt/goat/launcher", hash: "same" },
    ],
  }),
  reload: { command: ["launch"], files: ["/app/dev/litellm-config.yaml"], environment: ["GROQ_API_KEY"] },
};
const stack = stackOf(litellm);

/** As it was made, with a config that has changed since. */
const made = (changes: Partial<ObservedService> = {}): ObservedService => ({
  ...running(stack, litellm),
  files: { [config]: "then", "dev/launcher": "same" },
  stale: [],
  ...changes,
});

const planOf = (found: ObservedService, restart: readonly string[] = [], wanted = stack) =>
  planText(wanted, observed(stack, found), { restart });

const withVariables = (environment: Readonly<Record<string, string>>): ServiceSpec => ({ ...litellm, environment });

test("a service that serves another config than the file's must reload it, and be waited for", () => {
  expect(planOf(made({ stale: [config] }))).toMatchInlineSnapshot(`
    "1 reload-service goat-litellm-1: dev/litellm-config.yaml changed
    2 await-ready goat-litellm-1: dev/litellm-config.yaml changed (after 1)"
  `);
});

test("what it says that it serves must count, not the label of the time when it was made", () => {
  const plan = planFor(stack, observed(stack, made()));
  expect(isNothingToDo(plan)).toBe(true);
  expect(plan.drift).toEqual({});
});

test("an included file that changed must be reloaded and named as well", () => {
  expect(planOf(made({ stale: ["dev/more.yaml"] }))).toContain("reload-service goat-litellm-1: dev/more.yaml changed");
});

test.each<readonly [string, Partial<ObservedService>]>([
  ["where it does not say what it serves", { stale: undefined as never }],
  ["where something else changed too", { stale: [config], files: { [config]: "then", "dev/launcher": "older" } }],
  ["where its image is another", { stale: [config], imageId: "sha256:older" }],
])("it must be made anew %s", (_, changes) => {
  const { stale, ...found } = made(changes);
  expect(planOf(stale === undefined ? found : { ...found, stale })).toMatch(/^1 create-container/);
});

test("it must be made anew where it has stopped, since nobody can say what it would serve", () => {
  const { stale: _, ...stopped } = made({ state: "exited", exitCode: 0 });
  expect(planOf(stopped)).toMatch(/^1 create-container/);
});

test("a restart must reload what can, also where nothing changed", () => {
  expect(planOf(made(), ["litellm"])).toMatchInlineSnapshot(`
    "1 reload-service goat-litellm-1: asked for
    2 await-ready goat-litellm-1: asked for (after 1)"
  `);
});

test("a changed key must be taken over, without its value in any text of the plan", () => {
  const wanted = stackOf(withVariables({ GROQ_API_KEY: "gsk-second", MODE: "x" }));
  const plan = planFor(wanted, observed(stack, made()));
  expect(plan.nodes[0]).toMatchObject({
    action: { type: "reload-service", variables: { GROQ_API_KEY: "gsk-second" } },
    cause: "environment GROQ_API_KEY changed",
  });
  expect(planOf(made(), [], wanted)).not.toContain("gsk-");
});

test("a key that was taken out of .env must be taken from it", () => {
  const plan = planFor(stackOf(withVariables({ MODE: "x" })), observed(stack, made()));
  expect(plan.nodes[0]).toMatchObject({ action: { type: "reload-service", variables: { GROQ_API_KEY: null } } });
});

test("a key that it was given since must count as what it has", () => {
  const wanted = withVariables({ GROQ_API_KEY: "gsk-second", MODE: "x" });
  const found = made({ fingerprint: fingerprintOf(wanted) });
  expect(isNothingToDo(planFor(stackOf(wanted), observed(stack, found)))).toBe(true);
});

test("any other variable must make it anew", () => {
  const wanted = stackOf(withVariables({ GROQ_API_KEY: "gsk-second", MODE: "y" }));
  expect(planOf(made(), [], wanted)).toMatch(/^1 create-container/);
});
