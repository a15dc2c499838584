import { expect, test } from "vitest";
import { checkNames, selectServices } from "../../../../src/stack/plan/graph.ts";
import { errorOf } from "../../../support/load-compose.ts";
import { dependsOn, service, stackOf } from "../../../support/sample-stack.ts";

const stack = stackOf(
  service("postgres"),
  service("langfuse", { dependsOn: [dependsOn("postgres")] }),
  service("litellm", { dependsOn: [dependsOn("langfuse")] }),
);

const namesOf = (names: readonly string[]): readonly string[] => selectServices(stack, names).map(({ name }) => name);

test("no name means every service", () => {
  expect(namesOf([])).toEqual(["postgres", "langfuse", "litellm"]);
});

test("a service must bring what it needs, and what that needs, in the file's order", () => {
  expect(namesOf(["litellm"])).toEqual(["postgres", "langfuse", "litellm"]);
  expect(namesOf(["langfuse", "langfuse"])).toEqual(["postgres", "langfuse"]);
  expect(namesOf(["postgres"])).toEqual(["postgres"]);
});

test("an unknown service must be told with the nearest name, and with all there are", () => {
  const error = errorOf(() => checkNames(stack, ["postgres", "litelm"]));
  expect(error).toMatchObject({
    code: "unknown-service",
    message: 'no service "litelm" in the Compose file; did you mean litellm?',
    fixes: [{ command: "goat-dev status", effect: "shows what there is: postgres, langfuse and litellm" }],
  });
  const far = errorOf(() => selectServices(stack, ["kubernetes"]));
  expect(far.message).toBe('no service "kubernetes" in the Compose file');
});
