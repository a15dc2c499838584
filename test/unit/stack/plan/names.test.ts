import { expect, test } from "vitest";
import { containerName, isTemporaryName, temporaryName } from "../../../../src/stack/plan/containers.ts";
import { idOf, service, stackOf } from "../../../support/sample-stack.ts";

test("containers must be named as Compose names them, unless the file does", () => {
  const stack = stackOf(service("db"));
  expect(containerName(stack, service("db"))).toBe("goat-db-1");
  expect(containerName(stack, service("db", { docker: { containerName: "mine" } }))).toBe("mine");
});

test("a temporary name must be known again, and no proper name taken for one", () => {
  expect(isTemporaryName(temporaryName(idOf("old"), "goat-db-1"))).toBe(true);
  for (const name of ["goat-db-1", "abc_db", "deadbeef_goat-db-1"]) expect(isTemporaryName(name)).toBe(false);
});
